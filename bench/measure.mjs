// Timing: interleaved rounds, medians with the spread.
import { cpus, totalmem } from "node:os";

export const median = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** "1.23 µs" */
export function duration(seconds) {
  const [unit, scale] = seconds < 1e-3 ? ["µs", 1e6] : seconds < 1 ? ["ms", 1e3] : ["s", 1];
  return `${Number((seconds * scale).toPrecision(3))} ${unit}`;
}

export const machine = () =>
  `${cpus()[0].model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB; ` +
  `${process.platform} ${process.arch}; Node ${process.versions.node} (V8 ${process.versions.v8})`;

/**
 * Seconds a step of each contestant: `{ name: (steps) => void }`. Each is warmed up, sized to about `seconds` a round,
 * and measured in rounds that take turns, so that a busy moment hits all alike.
 */
export function compare(contestants, { rounds = 9, seconds = 0.1 } = {}) {
  const entries = Object.entries(contestants).map(([name, run]) => {
    let steps = 1;
    for (;;) {
      const from = performance.now();
      run(steps);
      const spent = (performance.now() - from) / 1000;
      if (spent > seconds / 4) {
        steps = Math.max(1, Math.round((steps * seconds) / spent));
        break;
      }
      steps *= 4;
    }
    return { name, run, steps, times: [] };
  });
  for (let round = 0; round < rounds; round++) {
    for (const entry of entries) {
      const from = performance.now();
      entry.run(entry.steps);
      entry.times.push((performance.now() - from) / 1000 / entry.steps);
    }
  }
  return entries.map(({ name, times }) => ({
    name,
    median: median(times),
    low: Math.min(...times),
    high: Math.max(...times),
  }));
}

/** A Markdown table with aligned columns. */
export function table(header, rows) {
  const all = [header, ...rows].map((row) => row.map(String));
  const widths = header.map((_, i) => Math.max(...all.map((row) => row[i].length)));
  const line = (row) =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(" | ")} |`;
  const rule = `| ${widths.map((n, i) => (i === 0 ? "-".repeat(n) : `${"-".repeat(n - 1)}:`)).join(" | ")} |`;
  return [line(all[0]), rule, ...all.slice(1).map(line)].join("\n");
}
