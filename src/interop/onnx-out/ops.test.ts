// Every op that is written: onnxruntime computes of it what the reference computes.
import { expect, it } from "vitest";
import { attributesFor } from "../../backends/conformance/check.ts";
import { interpret } from "../../backends/reference/interpret.ts";
import { isFloat } from "../../ir/dtype.ts";
import { isShared } from "../../ir/op.ts";
import type { TensorType } from "../../ir/shape.ts";
import { casesOf } from "../../ops/cases.ts";
import { recordOf } from "../../ops/index.ts";
import { sampleInputs } from "../../ops/sample.ts";
import { GraphBuilder } from "../../trace/graph-builder.ts";
import { generator } from "../../train/test-training.ts";
import { forFixedRows } from "./any-rows.ts";
import { GraphWriter } from "./graph-writer.ts";
import { writeGraph, writtenOps } from "./ops.ts";
import { outputsOf, sessionOf, Tensor } from "./test-runtime.ts";

it.each(writtenOps)("%s", async (op) => {
  const record = recordOf(op);
  for (const { shapes, attributes } of casesOf(op)) {
    const accepts = (i: number) => record.accepts[i] ?? record.accepts.at(-1);
    const types = shapes.map((shape, i): TensorType => {
      const accepted = accepts(i);
      return { shape, dtype: accepted === undefined || isShared(accepted) ? "float32" : (accepted as "int32") };
    });
    const builder = new GraphBuilder("float32");
    const values = types.map((type, i) => builder.input(type, `x${i}`));
    const own = attributesFor(attributes, "float32");
    const graph = builder.finish([builder.apply(op, values, own as never)]);
    const wide = types.map(({ shape, dtype }) => ({ shape, dtype: isFloat(dtype) ? ("float64" as const) : dtype }));
    const data = sampleInputs(op, wide, generator(3)).map((x) =>
      x instanceof Float64Array ? Float32Array.from(x) : x,
    );

    const g = new GraphWriter(["y"]);
    const names = types.map(({ shape, dtype }, i) => g.input(`x${i}`, { type: dtype, shape }));
    const [y] = writeGraph(g, forFixedRows(graph), names);
    const { shape, dtype } = graph.nodes[graph.outputs[0]!]!;
    g.output("y", y!, { type: dtype, shape });
    const session = await sessionOf(g.model(op));
    const feeds = Object.fromEntries(
      names.map((name, i) => [
        name,
        new Tensor(types[i]!.dtype as "float32", data[i]! as Float32Array, types[i]!.shape),
      ]),
    );
    const got = (await outputsOf(session, feeds)).y!;
    const [wanted] = interpret(graph, data);
    expect(got.shape).toEqual(shape);
    got.data.forEach((value, i) => {
      const other = wanted![i]!;
      expect(Math.abs(Number(value) - other), `${op} ${JSON.stringify(own)} at ${i}`).toBeLessThan(
        2e-6 * Math.max(1, Math.abs(other)),
      );
    });
    await session.release();
  }
});
