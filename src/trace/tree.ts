// Trees: nested arrays and plain objects with tensors at the leaves, flattened in a fixed order and put together again.
import { ChainruleError } from "../ir/errors.ts";
import { deepest } from "../ir/json.ts";
import { Tensor } from "./tensor.ts";

/** Anything a traced function may take or return: tensors in arrays and plain objects, other values kept as they are. */
export type Tree = unknown;

export interface Flattened {
  readonly leaves: Tensor[];
  /** Readable paths of the leaves: `layers.0.weight`; "" where the tree is one tensor. */
  readonly paths: string[];
  /** The tree again, with other values for the leaves. */
  rebuild<T>(values: readonly T[]): Tree;
  /** The same text for trees of the same structure, the same leaf types and the same other values. */
  readonly key: string;
}

const isPlainObject = (value: unknown): value is Record<string, unknown> => {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

export function flatten(tree: Tree): Flattened {
  const leaves: Tensor[] = [];
  const paths: string[] = [];
  let key = "";
  const walk = (value: unknown, path: string, depth: number): ((values: readonly unknown[]) => unknown) => {
    if (depth > deepest)
      throw new ChainruleError(
        "INVALID_ARGUMENT",
        `Arguments and results of a traced function may be nested at most ${deepest.toLocaleString("en")} deep; got more at ${path.slice(0, 60)}…`,
      );
    if (value instanceof Tensor) {
      const index = leaves.length;
      leaves.push(value);
      paths.push(path);
      key += `${value.dtype}[${value.shape}]`;
      return (values) => values[index];
    }
    const below = (name: string | number) => (path === "" ? `${name}` : `${path}.${name}`);
    if (Array.isArray(value)) {
      key += "[";
      const rebuild = value.map((child, i) => walk(child, below(i), depth + 1));
      key += "]";
      return (values) => rebuild.map((part) => part(values));
    }
    if (isPlainObject(value)) {
      key += "{";
      const parts = Object.keys(value).map((name) => {
        key += `${JSON.stringify(name)}:`;
        return [name, walk(value[name], below(name), depth + 1)] as const;
      });
      key += "}";
      return (values) => {
        const out: Record<string, unknown> = {};
        for (const [name, part] of parts) {
          Object.defineProperty(out, name, {
            value: part(values),
            enumerable: true,
            writable: true,
            configurable: true,
          });
        }
        return out;
      };
    }
    if (typeof value === "function" || (typeof value === "object" && value !== null)) {
      const what = typeof value === "function" ? "a function" : `a ${value.constructor?.name ?? "object"}`;
      throw new ChainruleError(
        "INVALID_ARGUMENT",
        `Arguments and results of a traced function must be tensors, numbers, strings, booleans, or arrays and plain objects of them; got ${what}${path && ` at ${path}`}. Wrap typed arrays in tensor(…), and let the function close over everything else.`,
        { path },
      );
    }
    key += typeof value === "string" ? `${JSON.stringify(value)};` : `${Object.is(value, -0) ? "-0" : String(value)};`;
    return () => value;
  };
  const rebuild = walk(tree, "", 0);
  return { leaves, paths, rebuild, key };
}

/** Applies a function to every tensor of a tree, with its path. */
export const mapTree = <T>(tree: T, fn: (leaf: Tensor, path: string) => Tensor): T => {
  const { leaves, paths, rebuild } = flatten(tree);
  return rebuild(leaves.map((leaf, i) => fn(leaf, paths[i]!))) as T;
};
