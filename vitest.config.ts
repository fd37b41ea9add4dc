// Vitest: unit tests beside their files, cross-folder tests in test/.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string) => fileURLToPath(new URL(`src/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^chainrule$/, replacement: source("index.ts") },
      { find: /^chainrule\/check$/, replacement: source("grad/check.ts") },
      { find: /^chainrule\/(\w+)$/, replacement: `${source("")}$1/index.ts` },
    ],
  },
  test: {
    globalSetup: "./scripts/build-mark.mjs",
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "examples/**/*.test.ts", "lab/**/*.test.ts"],
    reporters: ["default", "./scripts/summary-reporter.ts"],
    // What is polled for comes when it comes: no test depends on how fast a machine is.
    expect: { poll: { timeout: 60_000 } },
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
