// The lab's server by real requests: who is let in, what is refused, and what every answer says to a browser.
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import { createRun } from "../../runs/index.ts";
import { folderPerTest } from "../../runs/test-folder.ts";
import { description, epoch } from "../../runs/test-run.ts";
import { TrainingControl } from "./control.ts";
import { policy } from "./policy.ts";
import { cookieOf, parsed, raw, request, testLab } from "./test-lab.ts";

folderPerTest();

const own = (port: number) => ({ Origin: `http://127.0.0.1:${port}` });

describe("the page", () => {
  it("is isolated, under the policy, and knows that it has a server", async () => {
    const { port } = await testLab();
    const { status, headers, body } = await request(port, "GET /");
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": `${policy}; frame-ancestors 'none'`,
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
      "cross-origin-resource-policy": "same-origin",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cache-control": "no-cache",
    });
    expect(body).toContain('<head><meta name="chainrule-server"');
    expect(headers["set-cookie"]).toBeUndefined();
  });

  it("keeps files with a hash in their name for good, and no others", async () => {
    const { port } = await testLab();
    const { headers } = await request(port, "GET /assets/index-abc123.js");
    expect(headers["content-type"]).toBe("text/javascript; charset=utf-8");
    expect(headers["cache-control"]).toBe("private, max-age=31536000, immutable");
    const icon = await request(port, "GET /icon.svg");
    expect(icon.headers["content-type"]).toBe("image/svg+xml");
    expect(icon.headers["cache-control"]).toBe("no-cache");
    expect((await request(port, "HEAD /icon.svg")).body).toBe("");
  });

  it.each([
    "/../secret.txt",
    "/..%2fsecret.txt",
    "/%2e%2e/secret.txt",
    "/assets/../../secret.txt",
    "/assets/..%5c..%5csecret.txt",
    "/assets/%2e%2e%2f%2e%2e%2fsecret.txt",
    "//etc/passwd",
    "/assets",
    "/assets/",
    "/icon.svg%00.html",
  ])("has no file at %s", async (path) => {
    const { port } = await testLab();
    const { status, body, headers } = await request(port, `GET ${path}`);
    expect([400, 404]).toContain(status);
    expect(body).not.toContain("not for pages");
    expect(headers["content-security-policy"]).toContain("default-src 'none'");
  });
});

describe("a request is refused", () => {
  it.each<[what: string, status: number, line: string, headers: Readonly<Record<string, string>>]>([
    ["for another host", 403, "GET /", { Host: "evil.example" }],
    ["for another host at this port", 403, "GET /api/runs", { Host: "evil.example:PORT" }],
    ["for another port", 403, "GET /", { Host: "127.0.0.1:1" }],
    ["for a name that begins like the host", 403, "GET /", { Host: "127.0.0.1:PORT.evil.example" }],
    ["for the host without its port", 403, "GET /", { Host: "127.0.0.1" }],
    ["of a page elsewhere", 403, "GET /api/runs", { Origin: "https://evil.example" }],
    ["of a page without an origin", 403, "GET /api/runs", { Origin: "null" }],
    ["of a page at another port", 403, "GET /api/runs", { Origin: "http://127.0.0.1:1" }],
    ["of a page under the other name", 403, "GET /api/runs", { Origin: "http://localhost:PORT" }],
    ["that a browser says is from elsewhere", 403, "GET /api/runs", { "Sec-Fetch-Site": "cross-site" }],
    ["that a browser says is of another port", 403, "GET /api/runs", { "Sec-Fetch-Site": "same-site" }],
    [
      "for data by a link",
      403,
      "GET /api/runs",
      { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document" },
    ],
    [
      "for a frame elsewhere",
      403,
      "GET /",
      { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe" },
    ],
    ["for a proxy", 400, "GET http://evil.example/", {}],
    ["with a body", 413, "POST /api/training/stop", { Origin: "http://127.0.0.1:PORT", "Content-Length": "1000000" }],
    [
      "with a body in pieces",
      413,
      "POST /api/training/stop",
      { Origin: "http://127.0.0.1:PORT", "Transfer-Encoding": "chunked" },
    ],
    ["with another method", 405, "DELETE /api/runs", { Origin: "http://127.0.0.1:PORT" }],
    ["that asks for other origins", 405, "OPTIONS /api/runs", { Origin: "http://127.0.0.1:PORT" }],
  ])("%s", async (_, status, line, headers) => {
    const control = new TrainingControl();
    const lab = await testLab({ control });
    const given = Object.entries({ ...headers, Cookie: await cookieOf(lab) });
    const filled = given.map(([name, value]) => [name, value.replace("PORT", `${lab.port}`)]);
    const answer = await request(lab.port, line, Object.fromEntries(filled));
    expect(answer.status).toBe(status);
    expect(answer.headers["content-security-policy"]).toBeDefined();
    expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
    expect(control.state).toBe("running");
  });

  it("with two hosts, or none", async () => {
    const { port } = await testLab();
    const host = `Host: 127.0.0.1:${port}\r\n`;
    const ask = async (hosts: string) =>
      parsed(await raw(port, `GET / HTTP/1.1\r\n${hosts}Connection: close\r\n\r\n`)).status;
    expect(await ask(host)).toBe(200);
    expect(await ask(`${host}Host: evil.example\r\n`)).toBe(400);
    expect(await ask("")).toBe(400);
  });

  it("that is oversized", async () => {
    const { port } = await testLab();
    expect((await request(port, `GET /${"a".repeat(20_000)}`)).status).toBe(431);
    expect((await request(port, "GET /", { Cookie: "a".repeat(20_000) })).status).toBe(431);
  });

  it("that is no request", async () => {
    const { port } = await testLab();
    expect(await raw(port, "\x16\x03\x01 hello\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
  });

  it("that comes too slowly, from its head to its end", async () => {
    const { port } = await testLab();
    expect(await raw(port, `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-Slow: `)).toMatch(/^HTTP\/1\.1 408 /);
  });

  it("by another address of this machine", async () => {
    const { port } = await testLab();
    const others = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
    for (const { address, family, internal } of others) {
      if (internal || address.startsWith("fe80")) continue;
      const code = await new Promise((resolve) => {
        const socket = connect({ port, host: address, family: family === "IPv6" ? 6 : 4 });
        socket.on("connect", () => resolve("connected"));
        socket.on("error", ({ code }: NodeJS.ErrnoException) => resolve(code));
      });
      expect(code).not.toBe("connected");
    }
  });
});

describe("a request is let in", () => {
  it("under either name of this machine", async () => {
    const { port } = await testLab();
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LocalHost:${port}`])
      expect((await request(port, "GET /", { Host: host })).status).toBe(200);
  });

  it("to the page, by a link elsewhere", async () => {
    const { port } = await testLab();
    const link = { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document" };
    expect((await request(port, "GET /", link)).status).toBe(200);
  });
});

describe("controls", () => {
  it("need the cookie that the printed address sets", async () => {
    const control = new TrainingControl();
    const lab = await testLab({ control });
    const { port, address } = lab;
    const ask = (cookie: Record<string, string>, what = "pause") =>
      request(port, `POST /api/training/${what}`, { ...own(port), ...cookie });
    const token = new URL(address).searchParams.get("token")!;
    for (const cookie of [
      {},
      { Cookie: `chainrule-lab-${port}=${"x".repeat(token.length)}` },
      { Cookie: `token=${token}` },
    ]) {
      const { status, body } = await ask(cookie);
      expect(status).toBe(403);
      expect(JSON.parse(body).message).toContain("the address that the terminal printed");
    }
    expect((await request(port, `POST /api/training/pause?token=${token}`, own(port))).status).toBe(403);
    expect(control.state).toBe("running");

    const answer = await request(port, `GET /?token=${token}`);
    expect(answer.status).toBe(303);
    expect(answer.headers.location).toBe("/");
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(answer.headers["set-cookie"]).toBe(`chainrule-lab-${port}=${token}; Path=/; HttpOnly; SameSite=Strict`);
    const cookie = { Cookie: await cookieOf(lab) };
    for (const [what, state] of [
      ["pause", "paused"],
      ["resume", "running"],
      ["stop", "stopping"],
      ["resume", "stopping"],
    ] as const) {
      const { status, body } = await ask(cookie, what);
      expect([status, JSON.parse(body)]).toEqual([200, { state }]);
    }
    expect(control.signal.aborted).toBe(true);
    expect((await ask(cookie, "delete")).status).toBe(404);
    expect((await request(port, "GET /api/training/stop", cookie)).status).toBe(404);
  });

  it("are of a training in this process alone", async () => {
    const lab = await testLab();
    const { port } = lab;
    const { status } = await request(port, "POST /api/training/stop", { ...own(port), Cookie: await cookieOf(lab) });
    expect(status).toBe(404);
  });

  it("are not given by another token", async () => {
    const { port } = await testLab();
    const { status, headers } = await request(port, "GET /?token=other");
    expect(status).toBe(403);
    expect(headers["set-cookie"]).toBeUndefined();
  });

  it("have a token of their own in each lab", async () => {
    const [first, second] = [await testLab(), await testLab()];
    const { port } = second;
    const [, value] = (await cookieOf(first)).split("=");
    const cookie = { Cookie: `chainrule-lab-${port}=${value}` };
    expect((await request(port, "POST /api/training/stop", { ...own(port), ...cookie })).status).toBe(403);
  });
});

describe("runs", () => {
  const json = async (port: number, path: string) => JSON.parse((await request(port, `GET ${path}`)).body);

  it("are listed, the broken ones too", async () => {
    const run = await createRun({ ...description, settings: { target: "survived" } }, "runs/a");
    run.appendEvent(epoch(1));
    run.appendEvent(epoch(2));
    await mkdir("runs/broken");
    await writeFile("runs/broken/run.json", "{");
    await mkdir("runs/no-run");
    await mkdir("elsewhere");
    await writeFile("elsewhere/run.json", "{}");
    await symlink("../elsewhere", "runs/link");
    const { port } = await testLab({ opened: "a" });
    const listed = await json(port, "/api/runs");
    expect(listed).toEqual({
      folder: "runs",
      opened: "a",
      runs: [
        {
          ...{ name: "a", status: "running", created: expect.any(String), data: ["titanic.csv"], target: ["survived"] },
          ...{ epoch: 2, step: 20, metrics: { loss: 0.5, accuracy: 0.75 }, settings: { target: "survived" } },
        },
        { name: "broken", status: "unreadable", message: expect.stringContaining("must be JSON") },
      ],
    });
    await run.finish("finished");
    expect((await json(port, "/api/runs")).runs[0].status).toBe("finished");
  });

  it("may be none", async () => {
    const { port } = await testLab();
    expect(await json(port, "/api/runs")).toEqual({ folder: "runs", runs: [] });
  });

  it("are given by name, checked", async () => {
    await (await createRun(description, "runs/a")).finish("interrupted");
    const { port } = await testLab();
    const { status, manifest } = await json(port, "/api/runs/a");
    expect(status).toBe("interrupted");
    expect(manifest).toMatchObject({ name: "titanic", seed: 7 });
    await writeFile("runs/a/run.json", `{"format": 1, "name": 3}`);
    const answer = await request(port, "GET /api/runs/a");
    expect(answer.status).toBe(422);
    expect(JSON.parse(answer.body)).toMatchObject({ code: "INVALID_RUN", message: expect.stringContaining('"name"') });
  });

  it("are diagnosed by their events", async () => {
    const run = await createRun(description, "runs/a");
    run.appendEvent(epoch(1));
    const { port } = await testLab();
    expect(await json(port, "/api/runs/a/findings")).toMatchObject({ healthy: true, verdicts: [] });
  });

  it("are told as crashed where their process is gone", async () => {
    const run = await createRun(description, "runs/a");
    const { port } = await testLab();
    expect((await json(port, "/api/runs/a")).status).toBe("running");
    await writeFile("runs/a/lock.json", JSON.stringify({ pid: 2 ** 30, host: "", began: "" }));
    expect((await json(port, "/api/runs")).runs[0].status).toBe("running");
    const { hostname } = await import("node:os");
    await writeFile("runs/a/lock.json", JSON.stringify({ pid: 2 ** 30, host: hostname(), began: "" }));
    expect((await json(port, "/api/runs/a")).status).toBe("crashed");
    await run.finish("finished");
  });

  it.each(["..", "%2e%2e", "..%2f..%2felsewhere", ".", "a%2f..%2fa", "a%00", "link", "none", "C:", "a%5c..%5ca"])(
    "are none under the name %s",
    async (name) => {
      await (await createRun(description, "runs/a")).finish("finished");
      await (await createRun(description, "elsewhere")).finish("finished");
      await symlink("../elsewhere", "runs/link");
      const { port } = await testLab();
      for (const path of [`/api/runs/${name}`, `/api/runs/${name}/events`, `/api/runs/${name}/files/run.json`])
        expect((await request(port, `GET ${path}`)).status).toBe(404);
    },
  );
});

describe("what repeats a run", () => {
  const sha256 = "b5ee8e7acdf3d3f0da2d1d4c4e1d7e2b".padEnd(64, "0");

  it("is its files and its data, for who has the cookie", async () => {
    const { createHash } = await import("node:crypto");
    await writeFile("titanic.csv", "a,b\n1,2\n");
    await writeFile("changed.csv", "a,b\n");
    const hash = createHash("sha256").update("a,b\n1,2\n").digest("hex");
    const further = [
      { file: "changed.csv", sha256 },
      { file: "gone.csv", sha256 },
      { file: "-", sha256 },
      { file: "/dev/zero", sha256 },
    ];
    const run = await createRun({ ...description, data: { file: "titanic.csv", sha256: hash, further } }, "runs/a");
    await run.saveDescription({ kind: "table" });
    await run.finish("finished");
    await symlink("../../secret.txt", "runs/a/model.safetensors");
    const lab = await testLab();
    const { port } = lab;
    const cookie = { Cookie: await cookieOf(lab) };
    const ask = (path: string, headers: Record<string, string> = cookie) =>
      request(port, `GET /api/runs/a/${path}`, headers);
    expect((await ask("files/model.json", {})).status).toBe(403);
    expect((await ask("data/0", {})).status).toBe(403);
    const model = await ask("files/model.json");
    expect([model.status, JSON.parse(model.body)]).toEqual([200, { kind: "table" }]);
    expect(model.headers["cache-control"]).toBe("no-store");
    const data = await ask("data/0");
    expect([data.status, data.body]).toEqual([200, "a,b\n1,2\n"]);
    expect(data.headers["content-type"]).toBe("application/octet-stream");
    const refusals = ["has changed since", "is not there", "standard input", "is a device"];
    for (const [i, words] of refusals.entries()) {
      const { status, body } = await ask(`data/${i + 1}`);
      expect([status, body]).toEqual([422, expect.stringContaining(words)]);
    }
    const link = await ask("files/model.safetensors");
    expect([link.status, link.body]).toEqual([422, expect.stringContaining("a link that leads out of the run folder")]);
    for (const path of [
      "data/5",
      "data/-1",
      "data/x",
      "files/lock.json",
      "files/events.jsonl",
      "files/..%2frun.json",
      "files/toString",
    ])
      expect((await ask(path)).status).toBe(404);
  });
});
