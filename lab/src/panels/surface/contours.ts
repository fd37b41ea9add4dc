// Lines of equal height over a grid, by marching squares (Lorensen and Cline 1987, in two dimensions).

/**
 * x1, y1, x2, y2 of each piece, in units of cells: the centre of cell (i, j) is (i + 0.5, j + 0.5). They reach the edges, 0 and the size, up to
 * which values go on as between the last two centres.
 */
export type Segments = readonly (readonly [number, number, number, number])[];

export function contour(values: ArrayLike<number>, size: number, level: number): Segments {
  const segments: [number, number, number, number][] = [];
  const heights = padded(values, size);
  const height = (i: number, j: number): number => heights[(j + 1) * (size + 2) + i + 1]! - level;
  const place = (i: number): number => Math.max(0, Math.min(size, i + 0.5));
  for (let j = -1; j < size; j++)
    for (let i = -1; i < size; i++) {
      const [a, b, c, d] = [height(i, j), height(i + 1, j), height(i, j + 1), height(i + 1, j + 1)];
      const [x, y, width, tall] = [place(i), place(j), place(i + 1) - place(i), place(j + 1) - place(j)];
      // Where the line crosses each side: bottom, right, top, left.
      const crossings: [number, number][] = [];
      if (a > 0 !== b > 0) crossings.push([x + (width * a) / (a - b), y]);
      if (b > 0 !== d > 0) crossings.push([x + width, y + (tall * b) / (b - d)]);
      if (c > 0 !== d > 0) crossings.push([x + (width * c) / (c - d), y + tall]);
      if (a > 0 !== c > 0) crossings.push([x, y + (tall * a) / (a - c)]);
      for (let k = 0; k + 1 < crossings.length; k += 2) {
        const [from, to] = [crossings[k]!, crossings[k + 1]!];
        segments.push([from[0], from[1], to[0], to[1]]);
      }
    }
  return segments;
}

/** The values with those at the edges around them: [size + 2, size + 2]. */
function padded(values: ArrayLike<number>, size: number): Float64Array {
  const all = new Float64Array((size + 2) ** 2);
  for (let j = 0; j < size + 2; j++)
    for (let i = 0; i < size + 2; i++)
      all[j * (size + 2) + i] = atEdges((y) => atEdges((x) => values[y * size + x]!, i - 1, size), j - 1, size);
  return all;
}

/** A value at a centre; at −1 and at the size that of the edge, half a cell beyond the last centre. */
function atEdges(value: (k: number) => number, k: number, size: number): number {
  if (k < 0) return 1.5 * value(0) - 0.5 * value(1);
  return k < size ? value(k) : 1.5 * value(size - 1) - 0.5 * value(size - 2);
}
