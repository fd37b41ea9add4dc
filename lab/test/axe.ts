// axe-core on a page.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** What axe finds wrong, with the element: in all of the page, or in what a selector has. */
export async function violations(page: Page, within = "html"): Promise<readonly string[]> {
  if (!(await page.evaluate("globalThis.axe !== undefined"))) await page.evaluate(axe);
  const run = `axe.run(${JSON.stringify(within)}).then(({ violations }) => violations)`;
  const found = (await page.evaluate(run)) as readonly Violation[];
  return found.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
}
