// compile: a function traced, planned and loaded once for each set of argument types.
import { isFloat } from "../ir/dtype.ts";
import { ChainruleError } from "../ir/errors.ts";
import type { Program } from "../plan/module.ts";
import type { Plan } from "../plan/plan.ts";
import { Tensor } from "../trace/tensor.ts";
import { trace } from "../trace/trace.ts";
import { type Flattened, flatten } from "../trace/tree.ts";
import { type BackendOptions, backendOf } from "./backends.ts";
import { Session } from "./session.ts";

/** Where it is computed: see BackendOptions. */
export type CompileOptions = BackendOptions;

interface Compiled {
  readonly session: Session;
  readonly output: Flattened;
}

/** A compiled function: call it like the original. */
// biome-ignore lint/suspicious/noExplicitAny: a traced function takes and returns trees of tensors of any structure
export interface CompiledFunction<A extends any[], R> {
  (...args: A): R;
  /** The plan for arguments of these types. */
  plan(...args: A): Plan;
}

/**
 * A function that is traced, planned and loaded at its first call and whenever the shapes, element types or plain values
 * of its arguments change; later calls run the loaded plan. It returns tensors of the backend's float type.
 * Inside another traced function it is traced through.
 *
 * ```ts
 * const step = compile((w, x) => x.matmul(w).tanh());
 * step(ones([3, 2]), ones([4, 3])).shape // [4, 2]
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: see above
export function compile<A extends any[], R>(
  fn: (...args: A) => R,
  options: CompileOptions = {},
): CompiledFunction<A, R> {
  const backend = backendOf(options);
  const cache = new Map<string, Compiled>();

  /** Undefined where the function uses a tensor of an outer trace besides its arguments. */
  const prepare = (args: A): { compiled: Compiled; leaves: Tensor[] } | undefined => {
    const argument = args.map((arg) => flatten(arg));
    const leaves = argument.flatMap((flat) => flat.leaves);
    const key = argument.map((flat) => flat.key).join("|");
    let compiled = cache.get(key);
    if (compiled === undefined) {
      const types = leaves.map(({ shape, dtype }, i) => ({
        shape,
        dtype: isFloat(dtype) ? backend.float : dtype,
        name: `${i}`,
      }));
      let output: Flattened | undefined;
      const { graph, captures } = trace(
        types,
        (tensors) => {
          let at = 0;
          const trees = argument.map((flat) => flat.rebuild(tensors.slice(at, (at += flat.leaves.length))));
          // Spread: the arguments of fn.
          output = flatten(fn(...(trees as A)));
          return output.leaves;
        },
        backend.float,
      );
      if (captures.length > 0) return undefined;
      const program: Program = {
        graph,
        inputs: types.map(({ name }) => ({ name })),
        outputs: output!.leaves.map((_, i) => ({ name: `${i}` })),
      };
      compiled = { session: new Session({ state: {}, programs: { main: program } }, backend), output: output! };
      cache.set(key, compiled);
    }
    return { compiled, leaves };
  };

  const call = (...args: A): R => {
    if (args.some((arg) => flatten(arg).leaves.some((leaf) => leaf.symbolic !== undefined))) return fn(...args);
    const prepared = prepare(args);
    if (prepared === undefined) return fn(...args);
    const { compiled, leaves } = prepared;
    compiled.session.run("main", 1, Object.fromEntries(leaves.map((leaf, i) => [`${i}`, leaf.data])));
    const outputs = compiled.output.leaves.map((leaf, i) =>
      Tensor.concrete(compiled.session.output("main", `${i}`), leaf.shape),
    );
    return compiled.output.rebuild(outputs) as R;
  };
  const plan = (...args: A): Plan => {
    const prepared = prepare(args);
    if (prepared !== undefined) return prepared.compiled.session.plan;
    throw new ChainruleError(
      "TRACED_VALUE",
      "plan: the function uses a tensor of a trace that is still going on; call it.",
    );
  };
  return Object.assign(call, { plan });
}
