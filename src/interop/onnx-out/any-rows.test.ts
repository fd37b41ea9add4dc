// One graph for any number of rows: only where both traces compute the same.
import { expect, it } from "vitest";
import { type Tensor, tensor, trace, zeros } from "../../index.ts";
import { forAnyRows } from "./any-rows.ts";

const traced = (f: (x: Tensor, rows: number) => Tensor) =>
  forAnyRows((rows) => trace([{ name: "x", shape: [rows, 3], dtype: "float32" }], ([x]) => [f(x!, rows)]).graph);

it("says which dimensions go with the rows", () => {
  const { shapes } = traced((x, rows) => x.add(zeros([rows, 3])).reshape([3 * rows]));
  expect(shapes[0]).toEqual([{ perRow: 1 }, 3]);
  expect(shapes.at(-1)).toEqual([{ perRow: 3 }]);
});

it.each<[string, (x: Tensor, rows: number) => Tensor]>([
  ["a number that is made of that of the rows", (x, rows) => x.sum(0).mul(1 / rows)],
  [
    "another number for each row",
    (x, rows) => x.add(tensor(Float32Array.from({ length: rows }, (_, i) => i)).reshape([rows, 1])),
  ],
  ["padding that goes with the rows", (x, rows) => x.pad([0, 0], [rows, 0])],
])("refuses %s, which one file cannot hold for all", (_, f) => {
  expect(() => traced(f)).toThrow(expect.objectContaining({ code: "UNSUPPORTED_EXPORT" }) as Error);
});
