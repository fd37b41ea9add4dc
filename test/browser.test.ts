// The package in a real browser, as it is shipped: imports, trains, and gives the same bits as Node.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { prepare, tableFromRows } from "../src/data/index.ts";
import * as core from "../src/index.ts";
import * as nn from "../src/nn/index.ts";
import * as optim from "../src/optim/index.ts";
import * as train from "../src/train/index.ts";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const browser = ["chromium", "chromium-browser", "google-chrome"].find(
  (command) => spawnSync(command, ["--version"]).status === 0,
);
const reason = "no chromium or google-chrome on the PATH";
if (browser === undefined) console.warn(`test/browser.test.ts is skipped: ${reason}`);

/** The package's modules as a page and this test import them, by the names in the bodies below. */
const modules = { core: "/index.js", nn: "/nn/index.js", optim: "/optim/index.js", train: "/train/index.js" };
const inNode = { core, nn, optim, train };

/** Trains the same network in Node and in a page: large enough for two threads, where the page may have them. */
const training = `
  const { tensor } = core;
  const { activation, dense, sequential } = nn;
  const rows = Array.from({ length: 256 }, (_, i) => Array.from({ length: 48 }, (_, j) => Math.sin(i * 48 + j)));
  const x = tensor(rows);
  const y = tensor(rows.map((row) => [row[0] > 0 ? 1 : 0]));
  const model = sequential(dense(48, 160), activation("tanh"), dense(160, 1));
  const optimizer = optim.adam({ learningRate: 0.01 });
  const data = { x, y };
  const training = train.train({ model, data, loss: "binaryCrossEntropy", optimizer, epochs: 20, deterministic: true, threads: 2 });
  let threads;
  for await (const event of training) if (event.type === "start") threads = event.threads;
  const { variables } = await training.result();
  return { threads, weights: Array.from(variables.parameters.layers[0].weight.data.slice(0, 200)) };`;

/** Reads the models whose bytes `read` gives: of a table, asked with plain rows; of layers, asked with a tensor. */
const predicting = `
  const table = train.decodeModel(await read("/table.safetensors"), "table.safetensors");
  const network = train.decodeModel(await read("/network.safetensors"), "network.safetensors");
  const rows = Array.from({ length: 20 }, (_, i) => ({ "petal length": i / 3, colour: ["red", "green"][i % 2] }));
  const x = core.tensor(Array.from({ length: 5 }, (_, i) => [i, i / 3, -i]));
  return { table: table.predict(rows), network: Array.from(network.predict(x).data) };`;

const bodies: Record<string, string> = { "/": training, "/isolated": training, "/predict": predicting };

const pageOf = (body: string) => `<!doctype html><script type="module">
let result;
try {
  const [${Object.keys(modules)}] = await Promise.all(${JSON.stringify(Object.values(modules))}.map((path) => import(path)));
  await import("/data/index.js");
  const read = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());
  const run = async () => {${body}};
  result = await run();
} catch (error) {
  result = error.stack;
}
await fetch("/result", { method: "POST", body: JSON.stringify(result) });
</script>`;

/** What `body` gives here, through JSON as the page's answer. */
async function resultInNode(body: string): Promise<unknown> {
  const read = (path: string) => models.get(path)!;
  const run = new Function(...Object.keys(inNode), "read", `return (async () => {${body}})()`);
  return JSON.parse(JSON.stringify(await run(...Object.values(inNode), read)));
}

/** Bytes of models that this process trained, by the path they are served at. */
const models = new Map<string, Uint8Array>();

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
    const body = bodies[request.url!];
    if (body !== undefined) return response.setHeader("content-type", "text/html").end(pageOf(body));
    const model = models.get(request.url!);
    if (model !== undefined) return response.end(model);
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
    expect(await resultOf(path)).toEqual({ ...((await resultInNode(training)) as object), threads });
  },
);

it.skipIf(browser === undefined)(
  `loads models in a browser and predicts the bits of Node (skipped where there is ${reason})`,
  async () => {
    const rows = Array.from({ length: 60 }, (_, i) => ({
      "petal length": i % 7,
      colour: i % 3 === 0 ? "red" : "green",
      kind: i % 7 > 3 ? "big" : "small",
    }));
    const prepared = prepare(tableFromRows(rows, { source: "rows" }), { target: "kind" });
    const { trained } = await train.trainTable(prepared, { epochs: 5, hidden: [8] }).result();
    models.set("/table.safetensors", train.encodeModel(trained));
    const model = nn.sequential(nn.dense(3, 4), nn.residual(nn.dense(4, 4), nn.activation("tanh")), nn.dense(4, 2));
    models.set("/network.safetensors", train.encodeModel({ model, variables: nn.initialize(model, 7) }));
    const result = await resultOf("/predict");
    expect(result).toEqual(await resultInNode(predicting));
    expect(result).toMatchObject({ table: { length: 20 }, network: { length: 10 } });
  },
);
