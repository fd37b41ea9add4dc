// Ranks on two hosts, which two network namespaces stand for: every call of a communicator by TCP.
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Hosts, makeHosts, mayMakeHosts } from "./hosts.ts";
import { mpis, runRanks } from "./ranks.ts";

const canMake = mayMakeHosts();
let hosts: Hosts | undefined;

beforeAll(async () => {
  if (!canMake) return;
  const made = makeHosts();
  hosts = made;
  await vi.waitFor(() => expect(made.areUp()).toBe(true), 60_000);
});

afterAll(() => hosts?.remove());

/**
 * One library of each launcher. Not Debian's MPICH 4.0.2: in a quarter of the runs one rank waits for ever in MPI_Finalize
 * there, when all else is done (UCX 1.13 over TCP).
 */
const taken = mpis.filter(({ environment, says }) => environment.CHAINRULE_MPI === undefined && says !== "MPICH 4");
const script = fileURLToPath(new URL("collectives.mjs", import.meta.url));

describe.each(taken)("$name", (mpi) => {
  it.skipIf(!canMake || !mpi.isHere)("speaks between two hosts", async () => {
    const { code, stdout, stderr } = await runRanks(mpi, 2, [process.execPath, script], hosts!.optionsOf(mpi));
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const told = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { bits: string });
    expect(told).toMatchObject([0, 1].map((rank) => ({ rank, size: 2, local: 1, faults: [] })));
    expect(told[0]!.bits).toBe(told[1]!.bits);
  });
});
