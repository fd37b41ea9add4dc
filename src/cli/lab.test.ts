// chainrule lab: where it serves, what it opens, how it ends, and what it says where it cannot.
import { mkdir, symlink } from "node:fs/promises";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { createRun } from "../runs/index.ts";
import { folderPerTest } from "../runs/test-folder.ts";
import { description } from "../runs/test-run.ts";
import { testLab } from "./lab/test-lab.ts";
import { chainrule } from "./test-command.ts";

folderPerTest();

/** Runs the command until it serves, asks for its runs, and ends it by Ctrl-C. */
async function lab(...words: readonly string[]) {
  let listed: Promise<unknown> | undefined;
  const ended = chainrule(["lab", ...words], {
    onStdout(text) {
      const { origin } = new URL(/http:\S+/.exec(text)![0]);
      listed = fetch(`${origin}/api/runs`)
        .then((answer) => answer.json())
        .finally(() => process.emit("SIGINT"));
    },
  });
  return { ...(await ended), listed: await listed };
}

describe("chainrule lab", () => {
  it("lists the runs of a folder until Ctrl-C, and prints an address of this machine", async () => {
    const listeners = process.listenerCount("SIGINT");
    const { code, stdout, said, listed } = await lab();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^The lab is at http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{32}\n$/);
    expect(said).toContain("Ctrl-C ends it.");
    expect(listed).toEqual({ folder: "runs", runs: [] });
    expect(process.listenerCount("SIGINT")).toBe(listeners);
    const port = Number(new URL(/http:\S+/.exec(stdout)![0]).port);
    const error = await new Promise((resolve) =>
      connect(port, "127.0.0.1").on("error", ({ code }: NodeJS.ErrnoException) => resolve(code)),
    );
    expect(error).toBe("ECONNREFUSED");
  });

  it("opens a run, with those beside it", async () => {
    for (const name of ["a", "b"]) await (await createRun(description, `mine/${name}`)).finish("finished");
    await symlink("mine/a", "best");
    const names = { folder: "mine", runs: [{ name: "b" }, { name: "a" }] };
    expect((await lab("mine")).listed).toMatchObject(names);
    for (const place of ["mine/a", "mine/a/", "best"])
      expect((await lab(place)).listed).toMatchObject({ ...names, opened: "a" });
  });

  it("says where there is no folder, and where the port is taken", async () => {
    await mkdir("runs");
    const { code, said } = await chainrule("lab nowhere");
    expect([code, said]).toEqual([1, expect.stringContaining('"nowhere" is no folder.')]);
    const { port } = await testLab();
    const taken = await chainrule(`lab --port ${port}`);
    expect([taken.code, taken.said]).toEqual([1, expect.stringContaining(`Port ${port} is taken.`)]);
    expect((await chainrule("lab --port 70000")).code).toBe(2);
  });
});
