// A Chromium with the built page, for tests: whatever it complains of fails the test.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { policy } from "../../src/cli/lab/policy.ts";

const dist = fileURLToPath(new URL("../../dist/lab/", import.meta.url));
/** Debian's; Playwright's own cannot be had everywhere. */
const executablePath = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
].find((path) => existsSync(path));

export const isMissing = executablePath === undefined;
if (isMissing) console.warn("the lab's tests are skipped: no chromium or google-chrome where Debian puts it");

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
};

/** The built page on 127.0.0.1, with the headers that `chainrule lab` sends. */
export async function servePage(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname));
    const file = join(dist, path === "/" ? "index.html" : path);
    try {
      const body = await readFile(file);
      response.writeHead(200, {
        "content-type": types[extname(file)] ?? "application/octet-stream",
        "content-security-policy": policy,
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-embedder-policy": "require-corp",
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/**
 * Parts of the browser's own window that begin a process of their own for every page, a third of what a page costs; and those that Playwright
 * leaves out too, as the last list holds.
 */
const leftOut = [
  ...["WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup", "PreloadTopChromeWebUI"],
  ...["AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades", "MediaRouter"],
  ...["HttpsFirstBalancedModeAutoEnable", "LensOverlay", "PaintHolding", "ThirdPartyStoragePartitioning", "Translate"],
  ...["OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch"],
];

export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: executablePath!,
    // A test may send the signals to its process, which goes on with other tests.
    ...{ handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false },
    args: ["--no-sandbox", "--disable-dev-shm-usage", `--disable-features=${leftOut.join(",")}`],
  });

export interface OpenedPage {
  readonly page: Page;
  /** What the console, the page and the policy complained of. */
  readonly complaints: readonly string[];
}

/** A page in a fresh profile, at an address behind the server's. Of a test it is closed with it, so that none goes on beside the next. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenedPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  if (process.env.VITEST !== undefined) (await import("vitest")).onTestFinished(() => context.close());
  const page = await context.newPage();
  // However slow the machine is.
  page.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error.stack ?? error)));
  await page.exposeFunction("complain", (text: string) => complaints.push(text));
  await page.addInitScript(`document.addEventListener("securitypolicyviolation", (event) =>
    complain("policy: " + event.violatedDirective + " " + event.blockedURI + " " + event.sample));`);
  await page.goto(url);
  return { page, complaints };
}
