// chainrule lr-test and train --lr auto, from arguments to what is printed and saved.
import { writeFile } from "node:fs/promises";
import { beforeEach, expect, it } from "vitest";
import { openRun } from "../runs/index.ts";
import { folderPerTest } from "../runs/test-folder.ts";
import { displayWidth } from "./terminal/text.ts";
import { chainrule } from "./test-command.ts";

folderPerTest();
beforeEach(async () => {
  const rows = Array.from({ length: 160 }, (_, i) => {
    const [a, b] = [Math.sin(i * 1.7), Math.cos(i * 2.3)];
    return `${a},${b},${(a * b + a).toFixed(6)},${i % 2 ? "odd" : "even"}`;
  });
  await writeFile("waves.csv", `a,b,y,k\n${rows.join("\n")}\n`);
});

const quick = "--type k=ignore --backend reference --hidden 16";

it("draws the loss over the rate, marks a rate and says how to use it", async () => {
  for (const columns of [undefined, 60, 30]) {
    const { code, stdout, stderr } = await chainrule(`lr-test waves.csv --target y ${quick}`, { columns });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours
    const text = stdout.replace(/\x1b\[\d+m/g, "");
    const suggestion = /Suggested\s+learning\s+rate:\s+(\S+)/.exec(text)![1];
    expect(text).toMatch(/[⠁-⣿]{3}/);
    expect(text).toMatch(new RegExp(`▲ ${suggestion}|${suggestion} ▲`));
    expect(text).toContain(`npx chainrule train waves.csv --target y ${quick} --lr ${suggestion}`);
    const picture = text.slice(0, text.indexOf("Suggested")).split("\n").slice(1);
    for (const line of picture) expect(displayWidth(line)).toBeLessThanOrEqual((columns ?? 81) - 1);
  }
});

it("prints the test as JSON, the same every time", async () => {
  const line = `lr-test waves.csv --target y ${quick} --json`;
  const first = await chainrule(line);
  expect(await chainrule(line)).toEqual(first);
  const { data, points, diverged, suggestion } = JSON.parse(first.stdout);
  expect({ data, diverged: typeof diverged, suggestion: typeof suggestion }).toEqual({
    data: "waves.csv",
    diverged: "boolean",
    suggestion: "number",
  });
  expect(points[0]).toEqual({
    step: 1,
    learningRate: expect.closeTo(1e-6, 10),
    loss: expect.any(Number),
    smoothed: points[0].loss,
  });
  expect(first.stderr).toContain("Suggested learning rate");
});

it("says so where it has nothing to suggest", async () => {
  const { code, stdout } = await chainrule(
    "lr-test waves.csv --target k --hidden 4 --init zeros --backend reference --batch 128",
  );
  expect(code).toBe(0);
  const text = stdout.replaceAll("\n", " ");
  expect(text).toContain("No suggestion: no rate lowered the loss by more than it varies from batch to batch.");
  expect(stdout).not.toContain("▲");
});

it("train --lr auto trains with the rate, says it, and saves the number", async () => {
  const tested = JSON.parse((await chainrule(`lr-test waves.csv --target y ${quick} --json`)).stdout);
  const training = `train waves.csv --target y ${quick} --epochs 20 --out run --lr auto --json`;
  const { code, stdout, stderr } = await chainrule(training);
  expect(code).toBe(0);
  expect(stderr).toContain(`Learning rate ${tested.suggestion}, from a range test of ${tested.points.length} steps.`);
  const saved = await openRun("run");
  expect(saved.manifest.settings).toMatchObject({ lr: tested.suggestion });
  const [first] = (await saved.events()).filter((event) => event.type === "epoch");
  expect(first!.learningRate / tested.suggestion).toBeCloseTo(1, 1);
  // The best constant has a loss of 1.
  expect(JSON.parse(stdout).metrics.validation.loss).toBeLessThan(0.5);
});

it("a rate is a number or auto", async () => {
  const { code, stderr } = await chainrule("train waves.csv --target y --lr fast");
  expect(code).toBe(2);
  expect(stderr).toContain(`It must be a finite number above 0, for example 0.01, or "auto".`);
});
