// Natural order of labels: numbers by value, then text with its digits compared as numbers.

/** Compares for sorting: "2" < "10" < "class 2" < "class 10". The same on every platform, unlike localeCompare. */
export function naturalOrder(a: string, b: string): number {
  const x = numberOf(a);
  const y = numberOf(b);
  if (!Number.isNaN(x) || !Number.isNaN(y)) {
    if (Number.isNaN(x)) return 1;
    if (Number.isNaN(y)) return -1;
    return x - y || codeUnits(a, b);
  }
  // Splitting on a captured group alternates text (even places) and digits (odd places).
  const p = a.split(/(\d+)/);
  const q = b.split(/(\d+)/);
  for (let i = 0; i < Math.min(p.length, q.length); i++) {
    const order = i % 2 === 1 ? Number(p[i]) - Number(q[i]) || 0 : codeUnits(p[i]!, q[i]!);
    if (order !== 0) return order;
  }
  return p.length - q.length || codeUnits(a, b);
}

function numberOf(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text);
}

function codeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
