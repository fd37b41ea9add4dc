// Columns of numbers that lie row by row.

/** Of values [rows, columns, width], row-major, those of column c: [rows, width]. The values themselves where there is one column. */
export function columnOf<A extends Float32Array | Float64Array | Int32Array>(
  values: A,
  c: number,
  columns: number,
  width = 1,
): A {
  if (columns === 1) return values;
  const own = values.slice(0, values.length / columns) as A;
  for (let row = 0; row * width < own.length; row++)
    for (let k = 0; k < width; k++) own[row * width + k] = values[(row * columns + c) * width + k]!;
  return own;
}
