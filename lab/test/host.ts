// A browser and the served page: one of each for all files of tests that share a process, begun with the first that asks.
import type { Browser } from "playwright-core";
import { beforeAll } from "vitest";
import { isMissing, launch, servePage } from "./browser.ts";

/** Tests that need a browser: skipped where there is none, which fails in CI. */
export const skipped = { skip: isMissing };

let begun: Promise<{ readonly browser: Browser; readonly url: string }> | undefined;

/** Both end with the process: Playwright ends its browsers then, and the server keeps no process from its end. */
async function begin() {
  const [browser, { url }] = await Promise.all([launch(), servePage()]);
  return { browser, url };
}

/** Both are there while the tests of the file run. What a test opens in the browser, `openPage` closes. */
export function sharedHost(): { readonly browser: Browser; readonly url: string } {
  let host: Awaited<ReturnType<typeof begin>> | undefined;
  beforeAll(async () => {
    if (!isMissing) host = await (begun ??= begin());
  });
  return {
    get browser() {
      return host!.browser;
    },
    get url() {
      return host!.url;
    },
  };
}
