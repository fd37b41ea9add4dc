// Names at the ends of lines: where they are close they are moved apart.

/**
 * Places of names, from above, each at least `size` below the one before and none below `bottom`: moved down where one is in the way, and up again
 * from the bottom, with only those that are in the way then.
 *
 * @example
 * apart([10, 12, 98], 14, 100); // [10, 24, 98]
 */
export function apart(places: readonly number[], size: number, bottom: number): readonly number[] {
  const moved: number[] = [];
  for (const place of places) moved.push(Math.max(place, (moved.at(-1) ?? Number.NEGATIVE_INFINITY) + size));
  for (let i = moved.length - 1; i >= 0; i--) moved[i] = Math.min(moved[i]!, (moved[i + 1] ?? bottom + size) - size);
  return moved;
}
