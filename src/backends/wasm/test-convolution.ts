// For this folder's tests: a convolution of any geometry with its gradients, on any backend.
import { vjp } from "../../grad/transforms.ts";
import type { Shape } from "../../ir/shape.ts";
import { sizeOf } from "../../ir/shape.ts";
import { traceProgram } from "../../run/program.ts";
import { Session } from "../../run/session.ts";
import type { Tensor } from "../../trace/tensor.ts";
import type { Backend } from "../backend.ts";
import { samples } from "./test-plan.ts";

export interface Geometry {
  readonly x: Shape;
  readonly w: Shape;
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
}

export const outputShape = ({ x, w, stride, padding, dilation }: Geometry): Shape => [
  x[0]!,
  w[0]!,
  ...([0, 1] as const).map((axis) =>
    Math.floor((x[2 + axis]! + 2 * padding[axis] - dilation[axis] * (w[2 + axis]! - 1) - 1) / stride[axis] + 1),
  ),
];

/** y, dx and dw. */
export function convolve(geometry: Geometry, backend: Backend): number[][] {
  const { x, w, ...options } = geometry;
  const y = outputShape(geometry);
  const shapes: Record<string, Shape> = { x, w, dy: y };
  const state = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, { shape, dtype: backend.float }]),
  );
  const program = traceProgram(
    state,
    {},
    (values) => {
      const { value: out, pullback } = vjp((a: Tensor, b: Tensor) => a.conv2d(b, options), values.x!, values.w!);
      const [dx, dw] = pullback(values.dy!);
      return { outputs: { y: out, dx, dw } };
    },
    backend.float,
  );
  const session = new Session({ state, programs: { main: program } }, backend);
  Object.entries(shapes).forEach(([name, shape], i) => {
    session.write(name, Float64Array.from(samples(sizeOf(shape), -1, 1, i + 1)));
  });
  session.run("main");
  const results = ["y", "dx", "dw"].map((name) => Array.from(session.output("main", name)));
  session.dispose();
  return results;
}
