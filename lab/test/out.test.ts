// Out of the page: the texts, the files, and what the command line makes of them.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { decodeSafetensors, decodeSnapshot } from "chainrule/train";
import { unzipSync } from "fflate";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { chainrule } from "../../src/cli/test-command.ts";
import { openPage } from "./browser.ts";
import { sharedHost, skipped } from "./host.ts";

const host = sharedHost();
const folder = mkdtempSync(join(tmpdir(), "chainrule-lab-out-"));
const before = process.cwd();

beforeAll(() => process.chdir(folder));

afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true, force: true });
});

/** Files that a button saves. */
async function saved(page: Page, button: string): Promise<string> {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: button }).click();
  const file = await download;
  await file.saveAs(join(folder, file.suggestedFilename()));
  return file.suggestedFilename();
}

const tensors = (path: string) => decodeSafetensors(new Uint8Array(readFileSync(path))).tensors;

it(
  "gives the command line, the program, the table, the weights and the run folder of what it shows",
  skipped,
  async () => {
    const address =
      "#v=1&data=xor&hidden=4&activation=tanh&learningRate=0.03&schedule=constant&epochs=6&seed=3&step=120&panels=out";
    const { page, complaints } = await openPage(host.browser, `${host.url}${address}`, { acceptDownloads: true });
    const line = await page.getByRole("textbox", { name: "Command line" }).inputValue();
    expect(line).toBe(
      "npx chainrule train xor.csv --target class --hidden 4 --activation tanh --lr 0.03 --schedule constant --epochs 6 --seed 3 --deterministic",
    );
    await expect
      .poll(() => page.getByRole("textbox", { name: "TypeScript" }).inputValue())
      .toContain("training.run(120)");
    expect(await saved(page, "xor.csv")).toBe("xor.csv");
    expect(await saved(page, "xor.safetensors")).toBe("xor.safetensors");
    const zip = await saved(page, "Run folder as zip");
    expect(zip).toBe("xor-120.zip");
    expect(complaints).toEqual([]);

    expect((await chainrule(`${line.replace("npx chainrule ", "")} --out repeated`)).code).toBe(0);
    const files = unzipSync(new Uint8Array(readFileSync(zip)));
    const csv = readFileSync("xor.csv", "utf8");
    for (const [path, bytes] of Object.entries(files)) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
    }
    expect(readFileSync("xor.csv", "utf8")).toBe(csv);
    expect(tensors("xor-120/model.safetensors")).toEqual(tensors("repeated/model.safetensors"));
    const { machine } = decodeSnapshot(new Uint8Array(readFileSync("xor-120/checkpoints/step-120.safetensors")));
    const weights = tensors("xor.safetensors");
    expect(weights.size).toBe(4);
    for (const [name, { data }] of weights) expect(machine.get(`parameters.${name}`)).toEqual(data);
    const diagnosed = await chainrule("diagnose xor-120");
    expect(diagnosed.code).toBe(0);
  },
);

it("of a lesson it has the program and the weights, and says why there is no command line", skipped, async () => {
  const { page, complaints } = await openPage(host.browser, `${host.url}#v=1&data=neuron&step=10&panels=out`, {
    acceptDownloads: true,
  });
  await page.getByText("A lesson begins with weights of its own").waitFor();
  expect(await page.getByRole("textbox", { name: "TypeScript" }).inputValue()).toContain("tensor([[-0.8], [0.5]])");
  expect(await saved(page, "neuron.safetensors")).toBe("neuron.safetensors");
  expect(await page.getByRole("button", { name: "Run folder as zip" }).count()).toBe(0);
  expect(complaints).toEqual([]);
});
