// Lines of equal height over a grid, by marching squares (Lorensen and Cline 1987, in two dimensions).

/** x1, y1, x2, y2 of each piece, in units of cells: the centre of cell (i, j) is (i + 0.5, j + 0.5). */
export type Segments = readonly (readonly [number, number, number, number])[];

export function contour(values: ArrayLike<number>, size: number, level: number): Segments {
  const segments: [number, number, number, number][] = [];
  for (let j = 0; j + 1 < size; j++)
    for (let i = 0; i + 1 < size; i++) {
      const [a, b] = [values[j * size + i]! - level, values[j * size + i + 1]! - level];
      const [c, d] = [values[(j + 1) * size + i]! - level, values[(j + 1) * size + i + 1]! - level];
      // Where the line crosses each side: bottom, right, top, left.
      const crossings: [number, number][] = [];
      if (a > 0 !== b > 0) crossings.push([i + 0.5 + a / (a - b), j + 0.5]);
      if (b > 0 !== d > 0) crossings.push([i + 1.5, j + 0.5 + b / (b - d)]);
      if (c > 0 !== d > 0) crossings.push([i + 0.5 + c / (c - d), j + 1.5]);
      if (a > 0 !== c > 0) crossings.push([i + 0.5, j + 0.5 + a / (a - c)]);
      for (let k = 0; k + 1 < crossings.length; k += 2) {
        const [from, to] = [crossings[k]!, crossings[k + 1]!];
        segments.push([from[0], from[1], to[0], to[1]]);
      }
    }
  return segments;
}
