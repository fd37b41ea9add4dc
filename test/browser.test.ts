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

const page = `<!doctype html><pre id="result"></pre><script type="module">
const result = document.getElementById("result");
try {
  const { tensor } = await import("/index.js");
  const { activation, dense, sequential } = await import("/nn/index.js");
  const { adam } = await import("/optim/index.js");
  const { train } = await import("/train/index.js");
  await import("/data/index.js");
  const x = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]);
  const y = tensor([[0], [1], [1], [0]]);
  const model = sequential(dense(2, 4), activation("tanh"), dense(4, 1));
  const optimizer = adam({ learningRate: 0.05 });
  const { variables } = await train({ model, data: { x, y }, loss: "binaryCrossEntropy", optimizer, epochs: 300 }).result();
  result.textContent = JSON.stringify(Array.from(variables.parameters.layers[0].weight.data));
} catch (error) {
  result.textContent = error.stack;
}
</script>`;

let server: Server;
let profile: string;

beforeAll(async () => {
  profile = mkdtempSync(join(tmpdir(), "chainrule-browser-"));
  server = createServer((request, response) => {
    if (request.url === "/") return response.setHeader("content-type", "text/html").end(page);
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

it.skipIf(browser === undefined)(
  `trains in a browser with the bits of Node (skipped where there is ${reason})`,
  async () => {
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
      "--virtual-time-budget=60000",
      "--dump-dom",
      `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    ];
    const child = spawn(browser!, flags, { stdio: ["ignore", "pipe", "ignore"] });
    let dom = "";
    child.stdout.on("data", (text) => {
      dom += text;
    });
    await new Promise((resolve) => child.on("close", resolve));
    const result = /<pre id="result">(.*?)<\/pre>/s.exec(dom)?.[1];

    const x = tensor([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]);
    const y = tensor([[0], [1], [1], [0]]);
    const model = sequential(dense(2, 4), activation("tanh"), dense(4, 1));
    const optimizer = adam({ learningRate: 0.05 });
    const { variables } = await train({
      model,
      data: { x, y },
      loss: "binaryCrossEntropy",
      optimizer,
      epochs: 300,
    }).result();
    const [first] = variables.parameters.layers as unknown as readonly [{ weight: { data: Float32Array } }];
    expect(result).toBe(JSON.stringify(Array.from(first.weight.data)));
  },
);
