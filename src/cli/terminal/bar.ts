// Thin bars of box-drawing characters, half a cell fine.

/** "━━━╸────": a share of a whole, with a track; `dim` styles the track. */
export function progressBar(share: number, width: number, dim: (text: string) => string): string {
  const filled = thinBar(share, width);
  return filled + dim("─".repeat(width - filled.length));
}

/** "━━━╸", of at most `width` cells. */
export function thinBar(share: number, width: number): string {
  const halves = Math.round(Math.min(Math.max(share, 0), 1) * width * 2);
  return "━".repeat(halves >> 1) + (halves & 1 ? "╸" : "");
}

/** Position of a size on the logarithmic scale lowest … highest, as a share; anything above 0 is seen. */
export function logShare(size: number, lowest: number, highest: number): number {
  if (!(size > 0)) return 0;
  const share = Math.log(size / lowest) / Math.log(highest / lowest);
  return Math.min(Math.max(share, 0.01), 1);
}
