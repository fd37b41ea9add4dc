// MPI by its three binary interfaces, under the launchers of five libraries: what ranks say to each other, and how they end.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type Mpi, mpis, runRanks } from "./ranks.ts";

const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const node = (name: string, ...words: string[]): string[] => [process.execPath, script(name), ...words];

describe.each(mpis)("$name", (mpi) => {
  it.skipIf(!mpi.isHere).each([1, 2, 3])("reduces, broadcasts and gathers over %i ranks", async (ranks) => {
    const { code, stdout, stderr } = await runRanks(mpi, ranks, node("collectives.mjs"));
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const told = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { name: string; bits: string });
    const name = expect.stringMatching(new RegExp(`^${mpi.says}\\..*\\(${mpi.file.split("/").at(-1)}\\)$`));
    expect(told).toMatchObject(
      Array.from({ length: ranks }, (_, rank) => ({ rank, size: ranks, local: ranks, name, abi: mpi.abi, faults: [] })),
    );
    expect(new Set(told.map(({ bits }) => bits)).size).toBe(1);
  });
});

/** One library of each launcher. */
const launchers = mpis.filter(({ environment }) => environment.CHAINRULE_MPI === undefined);

describe.each(launchers)("a rank that ends badly, under the launcher of $name,", (mpi) => {
  it.skipIf(!mpi.isHere).each([
    ["throws", 1, /rank 1 of 2: Error: broken on purpose/],
    ["rejects", 1, /rank 1 of 2: Error: broken on purpose/],
    ["exits", 1, /rank 1 of 2: .*\(code 0\) before/],
    ["exits with 3", 3, /rank 1 of 2: .*\(code 3\) before/],
    ["stops early", 1, /rank 1 of 2: .* before/],
    ["throws while a thread waits", 1, /rank 1 of 2: Error: broken on purpose/],
    ["is killed", undefined, /(?:signal 9|Killed)/i],
  ] as const)("%s: all end", async (way, code, message) => {
    const ended = await runRanks(mpi, 2, node("ends.mjs", way));
    expect(ended.stdout + ended.stderr).toMatch(message);
    expect(ended.stdout).not.toContain("went on");
    if (code === undefined) expect(ended.code).not.toBe(0);
    else expect(ended.code).toBe(code);
  });
});

describe("a library that is not its launcher's", () => {
  const [mpich, openMpi] = mpis as [Mpi, Mpi];
  it.skipIf(!mpich.isHere || !openMpi.isHere).each([
    [mpich, openMpi],
    [openMpi, mpich],
  ])("is refused before anything is done: %s", async (launcher, other) => {
    const environment = { CHAINRULE_MPI: other.file };
    const { code, stdout, stderr } = await runRanks(launcher, 2, node("collectives.mjs"), { environment });
    expect(code).not.toBe(0);
    expect(stdout).not.toContain("rank");
    expect(stderr).toContain("code: 'MPI_RANKS'");
    expect(stderr).toMatch(/started 2 ranks, .* knows of 1, and each rank would train alone/);
  });

  it.skipIf(!mpich.isHere)("says why where the file that CHAINRULE_MPI names is none", async () => {
    const environment = { CHAINRULE_MPI: "libm.so.6" };
    const { code, stderr } = await runRanks(mpich, 1, node("collectives.mjs"), { environment });
    expect(code).not.toBe(0);
    expect(stderr).toContain("code: 'MPI_NOT_FOUND'");
    expect(stderr).toContain("Cannot find function 'MPI_Get_library_version'");
  });

  it.skipIf(!mpich.isHere)("is one rank without a launcher", () => {
    const environment = { ...process.env, CHAINRULE_MPI: mpich.file };
    const said = execFileSync(process.execPath, [script("collectives.mjs")], { encoding: "utf8", env: environment });
    expect(JSON.parse(said)).toMatchObject({ rank: 0, size: 1, local: 1, faults: [] });
  });
});
