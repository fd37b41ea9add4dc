// What a program's inputs and outputs stand for.
import { expect, it } from "vitest";
import { bind } from "./bind.ts";
import { optimize } from "./optimize.ts";
import { float32, programOf } from "./test-graphs.ts";

const program = programOf({ w: [2] }, { x: [2] }, ({ w }, { x }) => ({
  state: { w: w!.sub(x!) },
  outputs: { y: x!.add(0), twice: w!.mul(x!).add(w!.mul(x!)) },
}));

it("names input nodes, states and results", () => {
  const { graph, states, inputs, results } = bind(
    "step",
    { ...program, graph: optimize(program.graph) },
    float32({ w: [2] }),
  );
  const opAt = (id: number) => graph.nodes[id]!.op;
  expect([...states].map(([name, id]) => [name, opAt(id)])).toEqual([["w", "input"]]);
  expect([...inputs].map(([name, id]) => [name, opAt(id)])).toEqual([["x", "input"]]);
  expect(results.map(({ node, to }) => [to, opAt(node)])).toEqual([
    [{ state: "w" }, "sub"],
    [{ name: "y" }, "input"],
    [{ name: "twice" }, "add"],
  ]);
  // x + 0 is x, and the product is computed once.
  expect(graph.nodes.filter(({ op }) => op === "mul").length).toBe(1);
});

it("refuses a state of another type, and one that there is not", () => {
  const refusal = 'Program step: input 0 does not fit state "w".';
  expect(() => bind("step", program, float32({ w: [3] }))).toThrow(refusal);
  expect(() => bind("step", program, { w: { shape: [2], dtype: "int32" } })).toThrow(refusal);
  expect(() => bind("step", program, {})).toThrow(refusal);
});
