// Tables that are read in blocks because they are large, without having been asked for: what is saved and said of them.
import { readFileSync, writeFileSync } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { openTable } from "../data/index.ts";
import { openRun } from "../runs/index.ts";
import { folderPerTest } from "../runs/test-folder.ts";
import { originOf } from "./table-of.ts";
import { chainrule } from "./test-command.ts";

// Every file is a large one here: its head has twenty rows.
vi.mock("./table-of.ts", async (importOriginal) => ({
  ...(await importOriginal<typeof import("./table-of.ts")>()),
  tableOf: async ({ files }: { readonly files: readonly string[] }) => {
    const stream = await openTable(files, { blockRows: 20 });
    return { table: stream.head, stream, origin: () => originOf(files) };
  },
}));

folderPerTest();
beforeEach(async () => {
  const rows = Array.from({ length: 60 }, (_, i) => `${(i * 7) % 40},${(i * 11) % 13},${(i * 7) % 40}`);
  await writeFile("table.csv", `a,b,y\n${rows.join("\n")}\n`);
});

const train = (flags: string, surroundings?: Parameters<typeof chainrule>[1]) =>
  chainrule(
    `train table.csv --target y --backend reference --hidden 4 --epochs 2 --batch 4 --out run ${flags}`,
    surroundings,
  );

it("the run says so, counts all rows, and is not repeated from its head alone", async () => {
  const { code, stdout } = await train("--json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout).rows).toBe(60);
  const { manifest } = await openRun("run");
  expect(manifest).toMatchObject({ settings: { stream: true }, summary: { rows: 60 } });
  for (const command of ["check run", "explain run run --row 3 --weight layers.0.bias[0]"]) {
    const answer = await chainrule(command);
    expect(answer.code).toBe(1);
    expect(answer.said).toContain("it read its table in blocks.");
  }
});

it("--fix tries nothing on the head alone", async () => {
  const { code, said } = await train("--optimizer sgd --lr 1e30 --fix");
  expect(code).toBe(1);
  expect(said).toContain("Nothing was tried: the table is read in blocks, and remedies need it whole.");
  expect(said).not.toContain("Trying remedies");
});

it("the rows are encoded once in the run's folder, are there while it trains, and gone at its end", async () => {
  const { code, said } = await train("--json");
  expect(code).toBe(0);
  expect(said).toContain("Encoding 60 rows once");
  await expect(readdir(join("run", "rows"))).rejects.toMatchObject({ code: "ENOENT" });
});

it("a target that the loss cannot take is refused in a later block, with its row", async () => {
  const rows = Array.from({ length: 60 }, (_, i) => `${i % 7},${i % 5},${i === 50 ? -3 : i % 4}`);
  await writeFile("table.csv", `a,b,y\n${rows.join("\n")}\n`);
  const { code, said } = await train("--loss poisson");
  expect(code).toBe(1);
  expect(said).toContain('"y" is -3 in row 52. Mend the row, or use mse.');
});

it.each(["--group a", "--time a"])("%s is refused: later blocks may hold rows of any group", async (flags) => {
  const { code, said } = await train(flags);
  expect(code).toBe(1);
  expect(said).toContain('A table that is read in blocks cannot be split by "a": later blocks may hold rows of any');
});

/** Changes one byte of the encoded rows. */
function damageRows(): void {
  const path = join("run", "rows", "rows.bin");
  const bytes = readFileSync(path);
  bytes[9]! ^= 0x55;
  writeFileSync(path, bytes);
}

describe("encoded rows that are damaged", () => {
  const whole = "--epochs 40 --patience 40 --json";
  const figures = (stdout: string) => ({ ...JSON.parse(stdout), seconds: 0, run: "" });
  const endsAsWhole = async (goesOn: Awaited<ReturnType<typeof train>>) => {
    expect(goesOn.said).toContain("Encoding 60 rows once");
    const model = await readFile("run/model.safetensors");
    await rm("run", { recursive: true });
    const { stdout } = await train(whole);
    expect(figures(goesOn.stdout)).toEqual(figures(stdout));
    expect(await readFile("run/model.safetensors")).toEqual(model);
  };
  /** Once, after the first epoch. */
  const afterEpoch = (work: () => void) => {
    let isDone = false;
    const onStderr = (text: string) => {
      if (isDone || !text.includes("epoch")) return;
      isDone = true;
      work();
    };
    return train(whole, { onStderr });
  };

  it("while a network is trained on them end the training, which goes on with rows encoded anew, to the same end", async () => {
    const { code, said } = await afterEpoch(damageRows);
    expect(code).toBe(1);
    expect(said).toContain(
      "The encoded rows of table.csv are damaged: 49 rows of bucket 1 of 1 must have the checksum",
    );
    await endsAsWhole(await chainrule("train --resume run --json"));
  });

  it("while a training is put aside are encoded anew at once", async () => {
    expect((await afterEpoch(() => process.emit("SIGINT"))).said).toContain("The encoded rows stay in");
    damageRows();
    const goesOn = await chainrule("train --resume run --json");
    expect(goesOn.said).toContain("warning: The encoded rows of table.csv are damaged");
    await endsAsWhole(goesOn);
  });
});
