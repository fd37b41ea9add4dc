// The package in a real browser, as it is shipped: imports, trains, and gives the same bits as Node.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { tensor } from "../src/index.ts";
import { activation, dense, sequential } from "../src/nn/index.ts";
import { adam } from "../src/optim/index.ts";
import { train } from "../src/train/index.ts";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const browser = ["chromium", "chromium-browser", "google-chrome"].find(
  (command) => spawnSync(command, ["--version"]).status === 0,
);
const reason = "no chromium or google-chrome on the PATH";
if (browser === undefined) console.warn(`test/browser.test.ts is skipped: ${reason}`);

/** Trains the same network in Node and in a page: large enough for two threads, where the page may have them. */
const body = `
  const rows = Array.from({ length: 256 }, (_, i) => Array.from({ length: 48 }, (_, j) => Math.sin(i * 48 + j)));
  const x = tensor(rows);
  const y = tensor(rows.map((row) => [row[0] > 0 ? 1 : 0]));
  const model = sequential(dense(48, 160), activation("tanh"), dense(160, 1));
  const optimizer = adam({ learningRate: 0.01 });
  const data = { x, y };
  const training = train({ model, data, loss: "binaryCrossEntropy", optimizer, epochs: 20, deterministic: true, threads: 2 });
  let threads;
  for await (const event of training) if (event.type === "start") threads = event.threads;
  const { variables } = await training.result();
  return { threads, weights: Array.from(variables.parameters.layers[0].weight.data.slice(0, 200)) };`;

const page = `<!doctype html><script type="module">
let result;
try {
  const { tensor } = await import("/index.js");
  const { activation, dense, sequential } = await import("/nn/index.js");
  const { adam } = await import("/optim/index.js");
  const { train } = await import("/train/index.js");
  await import("/data/index.js");
  const run = async () => {${body}};
  result = await run();
} catch (error) {
  result = error.stack;
}
await fetch("/result", { method: "POST", body: JSON.stringify(result) });
</script>`;

const runInNode = new Function(
  "tensor",
  "dense",
  "activation",
  "sequential",
  "adam",
  "train",
  `return (async () => {${body}})()`,
);

let server: Server;
/** Told what the page posts. */
let posted: (result: string) => void;
let profile: string;

beforeAll(async () => {
  profile = mkdtempSync(join(tmpdir(), "chainrule-browser-"));
  server = createServer((request, response) => {
    if (request.url === "/result") {
      let body = "";
      request.on("data", (text) => {
        body += text;
      });
      request.on("end", () => {
        response.end();
        posted(body);
      });
      return;
    }
    // A page with these headers may share memory with its workers.
    if (request.url?.startsWith("/isolated")) {
      response.setHeader("cross-origin-opener-policy", "same-origin");
      response.setHeader("cross-origin-embedder-policy", "require-corp");
    }
    if (["/", "/isolated"].includes(request.url!)) return response.setHeader("content-type", "text/html").end(page);
    try {
      const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname));
      const source = readFileSync(join(dist, path));
      return response.setHeader("content-type", "text/javascript").end(source);
    } catch {
      return response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterAll(() => {
  server.close();
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
});

/** What the page at `path` posts when it is done. */
async function resultOf(path: string): Promise<unknown> {
  const flags = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    `--user-data-dir=${profile}`,
    `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
  ];
  const result = new Promise<string>((resolve) => {
    posted = resolve;
  });
  const child = spawn(browser!, flags, { stdio: "ignore" });
  const closed = new Promise((resolve) => child.on("close", resolve));
  try {
    return JSON.parse(await result);
  } finally {
    child.kill();
    await closed;
  }
}

it.skipIf(browser === undefined).each([
  ["/", 1],
  ["/isolated", 2],
])(
  `trains in a browser at %s on %i threads with the bits of Node (skipped where there is ${reason})`,
  async (path, threads) => {
    const result = await resultOf(path);
    const expected = await runInNode(tensor, dense, activation, sequential, adam, train);
    expect(result).toEqual({ threads, weights: expected.weights });
  },
);
