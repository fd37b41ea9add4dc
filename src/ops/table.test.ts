// The table as a whole: names, formulas, cases are there and fit each other.
import { describe, expect, test } from "vitest";
import type { DType } from "../ir/dtype.ts";
import type { OpName } from "../ir/graph.ts";
import { acceptedAt, isShared, type OpRecord } from "../ir/op.ts";
import { sizeOf } from "../ir/shape.ts";
import type { Domain } from "./case.ts";
import { casesOf, domainOf } from "./cases.ts";
import { ops } from "./index.ts";
import { notations } from "./notations.ts";

const dtypes: readonly DType[] = ["float32", "float64", "int32", "bool"];

const dtypeFor = (domain: Domain): DType => {
  if (domain === "bool") return "bool";
  return domain === "key" || "indexBelow" in domain ? "int32" : "float64";
};

describe.each(Object.entries(ops) as [OpName, OpRecord<OpName>][])("%s", (name, record) => {
  test("is listed under its name, with its formula in both forms", () => {
    expect(record.name).toBe(name);
    expect(notations[name].formula.text).not.toBe("");
    expect(notations[name].formula.tex).not.toBe("");
  });

  test("refuses the element types that it does not accept, and no others", () => {
    const { shapes = [], attributes } = casesOf(name)[0] ?? {};
    const held = { float: ["float32", "float64"], number: ["float32", "float64", "int32"], any: dtypes };
    shapes.forEach((_, changed) => {
      const accepts = acceptedAt(record, changed);
      if (accepts === undefined) return;
      for (const dtype of dtypes) {
        const types = shapes.map((shape, i) => {
          const own = acceptedAt(record, i);
          const isChanged = i === changed || (isShared(own) && isShared(accepts));
          return { shape, dtype: isChanged ? dtype : isShared(own) ? ("float64" as const) : own! };
        });
        const infer = () => record.infer(types, attributes!);
        const isHeld = isShared(accepts) ? held[accepts].includes(dtype) : accepts === dtype;
        if (isHeld) infer();
        else expect(infer, dtype).toThrow(expect.objectContaining({ code: "DTYPE_MISMATCH" }));
      }
    });
  });

  test("has cases that its shape rule accepts, small ones", () => {
    expect(casesOf(name).length > 0 || name === "input").toBe(true);
    for (const { shapes, attributes } of casesOf(name)) {
      if (record.arity !== "any") expect(shapes).toHaveLength(record.arity);
      const inputs = shapes.map((shape, i) => ({
        shape,
        dtype: dtypeFor(domainOf(name, i)),
      }));
      const output = record.infer(inputs, attributes);
      for (const { shape } of [...inputs, output]) expect(sizeOf(shape)).toBeLessThanOrEqual(400);
    }
  });
});
