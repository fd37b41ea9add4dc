// Columns that lie row by row come apart as they were put together.
import fc from "fast-check";
import { expect, it } from "vitest";
import { columnOf } from "./columns.ts";

it("gives each column, of any width", () => {
  const sizes = fc.record({
    rows: fc.integer({ min: 0, max: 9 }),
    columns: fc.integer({ min: 1, max: 5 }),
    width: fc.integer({ min: 1, max: 4 }),
  });
  fc.assert(
    fc.property(sizes, ({ rows, columns, width }) => {
      const values = Float64Array.from({ length: rows * columns * width }, (_, i) => i);
      const own = Array.from({ length: columns }, (_, c) => columnOf(values, c, columns, width));
      const together = Array.from({ length: rows }, (_, row) =>
        own.flatMap((column) => [...column.subarray(row * width, (row + 1) * width)]),
      );
      expect(together.flat()).toEqual([...values]);
    }),
  );
});
