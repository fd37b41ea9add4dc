// Trees of tensors taken apart.
import { describe, expect, it } from "vitest";
import { ChainruleError, ones } from "../index.ts";
import { flatten } from "./tree.ts";

/** The whole error that a call throws. */
function errorOf(call: () => unknown): { code: string; message: string } {
  try {
    call();
  } catch (error) {
    if (error instanceof ChainruleError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("trees", () => {
  it("have paths, and keys that tell apart all that a trace may depend on", () => {
    const x = ones([2]);
    expect(flatten({ layers: [{ w: x }, {}], n: 1 }).paths).toEqual(["layers.0.w"]);
    const trees = [
      ["a", "b"],
      ['a";"b'],
      ["a;string:b"],
      [1],
      ["1"],
      [true],
      [null],
      [undefined],
      [0],
      [-0],
      [x],
      [[x]],
    ];
    const keys = [...trees, [ones([3])], [ones([2], "float32")], [{ x }], [{ y: x }]].map((tree) => flatten(tree).key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(errorOf(() => flatten({ a: [new Map()] }))).toMatchInlineSnapshot(`
      {
        "code": "INVALID_ARGUMENT",
        "message": "Arguments and results of a traced function must be tensors, numbers, strings, booleans, or arrays and plain objects of them; got a Map at a.0. Wrap typed arrays in tensor(…), and let the function close over everything else.",
      }
    `);
  });
});
