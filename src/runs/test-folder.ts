// For tests that write files: the process works in a new folder of its own, which is removed afterwards.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";

/** Goes to a new folder; the function leaves it and takes it away. */
async function enterFolder(): Promise<() => Promise<void>> {
  const home = process.cwd();
  const folder = await mkdtemp(join(tmpdir(), "chainrule-test-"));
  process.chdir(folder);
  return async () => {
    process.chdir(home);
    await rm(folder, { recursive: true });
  };
}

/** Each test of the file, or of the block that calls it, runs in a folder of its own. */
export function folderPerTest(): void {
  let leave: () => Promise<void>;
  beforeEach(async () => {
    leave = await enterFolder();
  });
  afterEach(() => leave());
}

/** All tests of the file, or of the block that calls it, run in one folder. */
export function folderPerFile(): void {
  let leave: () => Promise<void>;
  beforeAll(async () => {
    leave = await enterFolder();
  });
  afterAll(() => leave());
}
