// The page worked by keys alone: Tab until something has the focus.
import type { Page } from "playwright-core";

/** Names as a screen reader says them, and which way round is the shorter one to a name. */
const inPage = `globalThis.keys ??= {
  nameOf(element) {
    const textOf = (one) => (one?.textContent ?? "").trim();
    const by = element.getAttribute("aria-labelledby");
    if (by) return by.split(" ").map((id) => document.getElementById(id)).map((one) => one?.ariaLabel ?? textOf(one)).join(" ");
    if (element.ariaLabel) return element.ariaLabel;
    if (element.labels?.length) return textOf(element.labels[0]);
    return element === document.body ? "" : textOf(element);
  },
  isForward(source) {
    const all = [...document.querySelectorAll("a[href], button, input, select, textarea, [tabindex]")];
    const at = all.indexOf(document.activeElement);
    const ahead = all.flatMap((one, i) => (new RegExp(source).test(keys.nameOf(one)) ? [(i - at + all.length) % all.length] : []));
    return ahead.length === 0 || Math.min(...ahead) <= all.length - Math.max(...ahead);
  },
}`;

export async function focusedName(page: Page): Promise<string> {
  await page.evaluate(inPage);
  return page.evaluate("keys.nameOf(document.activeElement)");
}

/** Presses Tab, or Shift+Tab where that is nearer, until what has the focus is called so; none where it is already. */
export async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const pattern = typeof name === "string" ? new RegExp(`^${name.replaceAll(/[[\]().+*?$^|\\]/g, "\\$&")}$`) : name;
  if (pattern.test(await focusedName(page))) return;
  const key = (await page.evaluate(`keys.isForward(${JSON.stringify(pattern.source)})`)) ? "Tab" : "Shift+Tab";
  const passed: string[] = [];
  for (let i = 0; i < 200; i++) {
    await page.keyboard.press(key);
    const here = await focusedName(page);
    if (pattern.test(here)) return;
    passed.push(here);
  }
  throw new Error(`${key} never comes to ${pattern.source}, but to: ${passed.join(" | ")}`);
}

/** Tab to it, and the key. */
export async function pressAt(page: Page, name: string | RegExp, key = "Enter"): Promise<void> {
  await tabTo(page, name);
  await page.keyboard.press(key);
}
