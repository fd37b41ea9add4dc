// Notes during a training where the output is not a terminal.
import { expect, it } from "vitest";
import { reporter } from "./reporter.ts";
import { displayWidth } from "./text.ts";

it("wraps notes, and leaves paths whole", async () => {
  let written = "";
  const view = await reporter({ write: (text) => (written += text) });
  const verdict = `warning: ${"Of the gradient at the output little is left at the first layer. ".repeat(3).trim()}`;
  view.note(verdict);
  const path = `runs/${"long".repeat(30)}`;
  view.note(path);
  view.close();
  const lines = written.split("\n");
  expect(lines.slice(-2)).toEqual([path, ""]);
  const note = lines.slice(0, -2);
  expect(note.length).toBeGreaterThan(2);
  for (const line of note) expect(displayWidth(line)).toBeLessThanOrEqual(80);
  expect(note.join(" ")).toBe(verdict);
});
