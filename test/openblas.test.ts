// The packages with OpenBLAS: this platform's, made from its wheel, installed beside chainrule as a release has both, and computing.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findBlas } from "../src/backends/blas/find.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const { hasOpenblas, platformHere }: { hasOpenblas: (platform: string) => boolean; platformHere: () => string } =
  await import(`${root}/scripts/openblas.mjs`);
const platform = platformHere();
const name = `@chainrule/openblas-${platform}`;
// These go before the package (docs/decisions/0011-blas.md).
const ahead = ["MKL", "Accelerate"].find((one) => one === findBlas().library?.name);
const unless = it.skipIf(!hasOpenblas(platform) || ahead !== undefined);

let project: string;
const npm = (args: string[], cwd: string) =>
  execFileSync("npm", args, { cwd, encoding: "utf8", shell: process.platform === "win32" });
/** `blas`: CHAINRULE_BLAS; "" is as good as unset. */
const chainruleWith = (blas: string, ...args: string[]) =>
  execFileSync(process.execPath, [join(project, "node_modules/chainrule/dist/cli/main.js"), ...args], {
    cwd: project,
    encoding: "utf8",
    stdio: "pipe",
    env: { ...process.env, CHAINRULE_BLAS: blas },
  });
const chainrule = (...args: string[]) => chainruleWith("", ...args);
interface Info {
  readonly blas: { readonly name?: string; readonly file?: string; readonly package?: string };
}
const blasOfInfo = (blas = "") => (JSON.parse(chainruleWith(blas, "info", "--json")) as Info).blas;

beforeAll(() => {
  project = realpathSync(mkdtempSync(join(tmpdir(), "chainrule-openblas-")));
  if (!hasOpenblas(platform)) return;
  npm(["run", "--silent", "openblas", "--", "--out", project, platform], root);
  const tarballs = readdirSync(project).map((file) => join(project, file));
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "user", private: true, type: "module" }));
  npm(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", ...tarballs], project);
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

unless(`computes by the package${ahead ? `: ${ahead} is here` : ""}`, () => {
  const { file, ...blas } = blasOfInfo();
  expect(blas).toMatchObject({ name: "OpenBLAS", package: name });
  expect(file).toContain(join(project, "node_modules", name));
  expect(chainrule("info").replace(/\s+/g, " ")).toContain(`BLAS OpenBLAS (package ${name}), for matrix products from`);
});

unless("takes its library by name, as any other", () => {
  const { file } = blasOfInfo();
  const named = blasOfInfo(file);
  expect(named).toMatchObject({ name: "OpenBLAS", file });
  expect(named).not.toHaveProperty("package");
});

unless("trains with it on every thread, and twice alike", () => {
  const rows = Array.from({ length: 512 }, (_, i) => `${i % 7},${i % 5},${i % 7 > 3 ? "big" : "small"}`);
  writeFileSync(join(project, "sizes.csv"), `size,other,kind\n${rows.join("\n")}\n`);
  const lines = () => {
    const how = ["--target", "kind", "--hidden", "256,256", "--batch", "256", "--epochs", "3", "--threads", "2"];
    return chainrule("train", "sizes.csv", ...how, "--json");
  };
  const [first, second] = [lines(), lines()].map((text) => JSON.parse(text) as Record<string, unknown>);
  expect(first).toMatchObject({ blas: "OpenBLAS", threads: 2 });
  expect(second!.metrics).toEqual(first!.metrics);
});

unless("does without a library that cannot be loaded, and says so", () => {
  writeFileSync(blasOfInfo().file!, "not a library");
  const blas = blasOfInfo();
  expect(blas).not.toHaveProperty("package");
  // Another that the machine has, or none.
  if (blas.name === undefined)
    expect(blas).toMatchObject({ reason: expect.stringContaining(`${name} cannot be used: `) });
});
