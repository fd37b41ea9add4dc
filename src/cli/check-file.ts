// The gradient check of a user's module: its default export at its `inputs`. Not bundled (scripts/bundle-cli.mjs): the module and the check must share one
// Chainrule, that of the package's entries.
import { extname, resolve } from "node:path";
import { checkGradients, type GradientCheck } from "../grad/check-gradients.ts";
import { ChainruleError } from "../ir/errors.ts";
import type { Tensor } from "../trace/tensor.ts";

const endings = [".ts", ".mts", ".cts", ".js", ".mjs", ".cjs"];

/** What the check wants of a module; errors show it. */
const example = [
  'import { tensor } from "chainrule";',
  "export const inputs = { w: tensor([0.5, -1]), x: tensor([2, 3]) };",
  "export default ({ w, x }: typeof inputs) => w.mul(x).sum().tanh();",
].join("\n");

export async function checkFile(file: string): Promise<GradientCheck> {
  const { default: fn, inputs } = await load(file);
  if (typeof fn !== "function") {
    throw unusable(file, `has no function as its default export${fn === undefined ? "" : `, but ${kindOf(fn)}`}`);
  }
  if (typeof inputs !== "object" || inputs === null) {
    throw unusable(file, `exports ${inputs === undefined ? "no inputs" : `${kindOf(inputs)} as inputs`}`);
  }
  const args = Array.isArray(inputs) ? inputs : [inputs];
  try {
    return checkGradients(fn as (...args: unknown[]) => Tensor, args);
  } catch (error) {
    throw failureOf(file, "its function threw", error);
  }
}

/**
 * Runs a module of JavaScript or TypeScript, types stripped. What it imports of Chainrule is this very Chainrule,
 * wherever the module lies: tensors of another copy would be strangers here.
 */
async function load(file: string): Promise<Record<string, unknown>> {
  const path = resolve(file);
  if (!endings.includes(extname(path))) {
    throw new ChainruleError(
      "UNKNOWN_FORMAT",
      `${file}: the file must be a module of TypeScript or JavaScript (${endings.join(", ")}), or a run folder.`,
      { file },
    );
  }
  const { createJiti } = await import("jiti");
  const jiti = createJiti(import.meta.url, {
    fsCache: false,
    interopDefault: false,
    virtualModules: await ownModules(),
  });
  try {
    return await jiti.import<Record<string, unknown>>(path);
  } catch (error) {
    throw failureOf(file, "it threw while it was loaded", error);
  }
}

/** The entries of package.json. */
export const ownModules = async (): Promise<Record<string, object>> => ({
  chainrule: await import("../index.ts"),
  "chainrule/ir": await import("../ir/index.ts"),
  "chainrule/nn": await import("../nn/index.ts"),
  "chainrule/optim": await import("../optim/index.ts"),
  "chainrule/data": await import("../data/index.ts"),
  "chainrule/train": await import("../train/index.ts"),
  "chainrule/check": await import("../grad/check.ts"),
  "chainrule/interop": await import("../interop/index.ts"),
  "chainrule/observe": await import("../observe/index.ts"),
  "chainrule/runs": await import("../runs/index.ts"),
  "chainrule/explain": await import("../explain/index.ts"),
  "chainrule/diagnose": await import("../diagnose/index.ts"),
  "chainrule/demo": await import("../demo/index.ts"),
  "chainrule/mpi": await import("../backends/mpi/index.ts"),
});

const unusable = (file: string, what: string) =>
  new ChainruleError(
    "INVALID_ARGUMENT",
    `${file} ${what}. It must export a function as its default, and its arguments at which to check it as inputs:\n${example}`,
    { file },
  );

/** Errors of Chainrule say enough by themselves; others are the module's own. */
function failureOf(file: string, what: string, error: unknown): unknown {
  if (error instanceof ChainruleError) return error;
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const line = error instanceof Error ? placeIn(file, error.stack ?? "") : "";
  return new ChainruleError("INVALID_ARGUMENT", `${file}: ${what}: ${text}${line}`, { file }, { cause: error });
}

/** " (line 3)" where the stack names a line of the file. */
function placeIn(file: string, stack: string): string {
  const path = resolve(file).replaceAll("\\", "/");
  const found = stack.split("\n").find((line) => line.replaceAll("\\", "/").includes(`${path}:`));
  const line = found === undefined ? undefined : /:(\d+)(?::\d+)?\)?$/.exec(found.trim())?.[1];
  return line === undefined ? "" : ` (line ${line})`;
}

const kindOf = (value: unknown): string =>
  Array.isArray(value)
    ? "a list"
    : value === null
      ? "null"
      : typeof value === "object"
        ? "an object"
        : `a ${typeof value}`;
