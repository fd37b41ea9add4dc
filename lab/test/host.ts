// A browser and the served page for the tests of one file.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { isMissing, launch, servePage } from "./browser.ts";

/** Tests that need a browser: skipped where there is none, which fails in CI. */
export const skipped = { skip: isMissing };

/** Both are there while the tests of the file run. */
export function hostPerFile(): { readonly browser: Browser; readonly url: string } {
  let browser: Browser | undefined;
  let server: Awaited<ReturnType<typeof servePage>> | undefined;
  beforeAll(async () => {
    if (isMissing) return;
    server = await servePage();
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });
  return {
    get browser() {
      return browser!;
    },
    get url() {
      return server!.url;
    },
  };
}
