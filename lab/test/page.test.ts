// The page in a browser: it opens, steps, plays, goes back, and its history and its address are those of its state.
import { expect, it } from "vitest";
import { openPage } from "./browser.ts";
import { sharedHost, skipped } from "./host.ts";

const host = sharedHost();

it("opens on the first lesson, without a complaint of the console or the policy", skipped, async () => {
  const { page, complaints } = await openPage(host.browser, host.url);
  await page.getByRole("heading", { name: "One neuron" }).waitFor();
  await expect.poll(() => page.getByTestId("loss").textContent()).toBe("0.05040");
  expect(complaints).toEqual([]);
});

it("steps, plays, pauses and goes back by its buttons and its keys", skipped, async () => {
  const { page, complaints } = await openPage(host.browser, `${host.url}#v=1&data=xor&hidden=4&epochs=500`);
  const step = page.getByTestId("step");
  await page.getByRole("button", { name: "One step on" }).click();
  await expect.poll(() => step.textContent()).toBe("1");
  await page.locator("body").press("Shift+ArrowRight");
  await expect.poll(() => step.textContent()).toBe("11");
  await page.locator("body").press("ArrowLeft");
  await expect.poll(() => step.textContent()).toBe("10");
  expect(new URL(page.url()).hash).toContain("step=10");
  // A button that has the focus takes the key for itself.
  await page.getByRole("heading", { name: "Chainrule lab" }).click();
  await page.locator("body").press("Space");
  await page.getByRole("button", { name: "Pause" }).waitFor();
  await expect.poll(async () => Number(await step.textContent())).toBeGreaterThan(20);
  await page.locator("body").press("Space");
  await page.getByRole("button", { name: "Play" }).waitFor();
  await page.locator("body").press("Home");
  await expect.poll(() => step.textContent()).toBe("0");
  expect(complaints).toEqual([]);
});

it("plays a training that Play is pressed for while it is opened", skipped, async () => {
  const { page, complaints } = await openPage(host.browser, `${host.url}#v=1&data=xor&hidden=4&epochs=500`);
  await expect.poll(() => page.getByTestId("loss").textContent()).not.toBe("0");
  // In one go, so that no answer of the worker can come in between.
  await page.evaluate(() => {
    history.pushState(null, "", "#v=1&data=moons&hidden=64,64&epochs=500");
    dispatchEvent(new PopStateEvent("popstate"));
    document.querySelector<HTMLButtonElement>("button[aria-label=Play]")!.click();
  });
  await expect.poll(async () => Number(await page.getByTestId("step").textContent())).toBeGreaterThan(20);
  await page.getByRole("button", { name: "Pause" }).click();
  expect(complaints).toEqual([]);
});

it("takes keys that are pressed while a training is opened, once it is open", skipped, async () => {
  const { page, complaints } = await openPage(host.browser, `${host.url}#v=1&data=xor&hidden=4&epochs=500&step=30`);
  await expect.poll(() => page.getByTestId("step").textContent()).toBe("30");
  await page.evaluate(() => {
    history.pushState(null, "", "#v=1&data=moons&hidden=64,64&epochs=500&step=50");
    dispatchEvent(new PopStateEvent("popstate"));
    for (const key of ["Home", "ArrowRight"]) dispatchEvent(new KeyboardEvent("keydown", { key }));
  });
  await expect.poll(() => page.getByTestId("step").textContent()).toBe("1");
  expect(new URL(page.url()).hash).toContain("data=moons");
  expect(complaints).toEqual([]);
});

it("leaves the focus where it is while settings are loaded", skipped, async () => {
  const { page, complaints } = await openPage(host.browser, "about:blank");
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(/settings-panel-.*js/, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`${host.url}#v=1&data=xor&hidden=4&epochs=500`);
  const spiral = page.getByRole("option", { name: "Spiral" });
  await spiral.focus();
  await expect.poll(() => page.getByTestId("loss").textContent()).not.toBe("0");
  release();
  await page.getByText("Hidden layers").waitFor();
  expect(await spiral.evaluate((option) => option === document.activeElement)).toBe(true);
  expect(complaints).toEqual([]);
});

it("has all of two layers in sight on a small screen, and room for the numbers of the loss", skipped, async () => {
  const small = { viewport: { width: 1024, height: 768 } };
  const address = `${host.url}#v=1&data=circle&hidden=8,4&epochs=500&step=300`;
  const { page, complaints } = await openPage(host.browser, address, small);
  await page.getByText("More settings").waitFor();
  const reading = page.locator(".chart-reading");
  await expect.poll(() => reading.locator("span").count()).toBe(3);
  await page.evaluate("document.fonts.ready");
  expect(await page.locator(".lab-left").evaluate((box) => box.scrollHeight - box.clientHeight)).toBe(0);
  expect(await reading.evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0);
  expect(complaints).toEqual([]);
});

it("has one thing below the other on a phone, whatever is open", skipped, async () => {
  const address = `${host.url}#v=1&data=circle&hidden=8,4&epochs=500&step=100&panels=charts,layers`;
  const { page, complaints } = await openPage(host.browser, address, { viewport: { width: 390, height: 844 } });
  await page.getByText("Confusion").waitFor();
  const places = () =>
    page.locator(".lab-left, .network, .strip, .lab-right").evaluateAll((parts) =>
      parts.map((part) => {
        const { top, bottom } = part.getBoundingClientRect();
        return [Math.round(top), Math.round(bottom)] as const;
      }),
    );
  await expect
    .poll(async () => {
      const all = await places();
      return all.length === 4 && all.every(([top], i) => i === 0 || top >= all[i - 1]![1]);
    })
    .toBe(true);
  expect(complaints).toEqual([]);
});

it("has an entry of the history for each committed change", skipped, async () => {
  const { page } = await openPage(host.browser, host.url);
  await page.getByRole("radio", { name: "Lab", exact: true }).click();
  await expect.poll(() => new URL(page.url()).hash).toContain("data=circle");
  await page.goBack();
  await page.getByRole("heading", { name: "One neuron" }).waitFor();
  await page.goForward();
  await expect.poll(() => new URL(page.url()).hash).toContain("data=circle");
});

it("names the field of an address that it cannot read, and stays whole", skipped, async () => {
  const { page } = await openPage(host.browser, `${host.url}#v=1&data=xor&hidden=-4`);
  await page.getByText(/The address cannot be read at "hidden"/).waitFor();
  await page.getByRole("heading", { name: "One neuron" }).waitFor();
});

it("fits its screens: nothing is cut, covered or scrolled that need not be", skipped, async () => {
  const address = "#v=1&data=circle&hidden=4,3&activation=tanh&epochs=500&panels=layers";
  const { page } = await openPage(host.browser, `${host.url}${address}`);
  await page.getByRole("button", { name: "More settings" }).waitFor();
  const left = page.locator(".lab-left");
  expect(await left.evaluate(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)).toBeLessThanOrEqual(0);
  await page.setViewportSize({ width: 1024, height: 768 });
  const bottomOf = async (place: string) => {
    const { y, height } = (await page.locator(place).boundingBox())!;
    return y + height;
  };
  await expect
    .poll(async () => (await bottomOf(".ledger")) - (await page.locator(".network-foot").boundingBox())!.y)
    .toBeLessThan(1);
  await page.setViewportSize({ width: 390, height: 844 });
  await expect.poll(async () => (await page.locator(".transport").boundingBox())!.height).toBeLessThan(120);
  await page.getByTestId("loss").waitFor();
  const scenes = page.locator(".header-scenes");
  expect(await scenes.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBeLessThanOrEqual(0);
});
