// The lab: how long the page works for a frame while it trains, how much longer a training takes in it than alone, when it can be read, and how
// long it takes to any step of ten thousand.
//
//   npm run build && node bench/lab.mjs [--seconds 10] [--address "v=1&data=…"]
//
// A frame's work is the processor time of the page's main thread between one frame of the screen and the next, from a trace of Chromium. "Alone" is
// trainTable on the same table and settings, in one thread of Node, with nobody looking. Both are told by the clock, which depends on what else the
// machine does, and by the processor time of the thread that trains. Medians and quantiles; the machine is described. The default is the largest
// built-in set, with its own settings.
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { createJiti } from "jiti";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "10" },
    address: {
      type: "string",
      default:
        "v=1&data=digits&task=classification&standardize=false&hidden=32&learningRate=0.01&weightDecay=0&epochs=100000&patience=100000&schedule=constant",
    },
  },
});
const seconds = Number(values.seconds);
const alias = Object.fromEntries(
  ["train", "data", "runs", "nn", "optim", "explain", "observe", "diagnose"].map((name) => [
    `chainrule/${name}`,
    new URL(`../dist/${name}/index.js`, import.meta.url).pathname,
  ]),
);
const jiti = createJiti(import.meta.url, {
  alias: { ...alias, chainrule: new URL("../dist/index.js", import.meta.url).pathname },
});
const { launch, openPage, servePage } = await jiti.import("../lab/test/browser.ts");
const { readAddress } = await jiti.import("../lab/src/recipe/address.ts");
const { openRecipe } = await jiti.import("../lab/src/training/open.ts");
const { train } = await import("../dist/train/index.js");

const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
const rounded = (value, digits = 2) => Number(value.toFixed(digits));

/** Steps a second of the training alone, by the clock and by the processor. */
async function alone() {
  const { options } = await openRecipe(readAddress(values.address));
  const controller = new AbortController();
  let began;
  let from = 0;
  let last = 0;
  let used = process.cpuUsage();
  for await (const event of train({ ...options, observeEvery: undefined, signal: controller.signal })) {
    if (event.type !== "progress" && event.type !== "epoch") continue;
    const now = performance.now();
    // The first second compiles.
    began ??= now + 1000;
    if (now < began) {
      from = event.step;
      used = process.cpuUsage();
    }
    last = event.step;
    if (now > began + 1000 * seconds) {
      controller.abort();
      const { user, system } = process.cpuUsage(used);
      return { clock: ((last - from) / (now - began)) * 1000, processor: ((last - from) / (user + system)) * 1e6 };
    }
  }
  throw new Error("The training ended before it was measured: give it more epochs.");
}

/** Milliseconds of the main thread for each frame of the screen, from a trace: of the task that draws it, and of those since the last one. */
function frameWork(trace) {
  const { traceEvents } = JSON.parse(trace);
  const main = traceEvents.find(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain");
  const own = traceEvents.filter(({ pid, tid }) => pid === main.pid && tid === main.tid).sort((a, b) => a.ts - b.ts);
  // A frame calls back each who asked for one.
  const calls = own.filter(({ name }) => name === "FireAnimationFrame").map(({ ts }) => ts);
  const frames = [];
  let [work, next] = [0, 0];
  for (const { name, ph, ts, dur = 0, tdur = dur } of own) {
    // The other "RunTask" of a trace is the same work seen from another layer.
    if (ph !== "X" || name !== "ThreadControllerImpl::RunTask") continue;
    work += tdur / 1000;
    const before = next;
    while (calls[next] < ts + dur) next++;
    if (next === before) continue;
    frames.push(work);
    work = 0;
  }
  return frames.slice(1).sort((a, b) => a - b);
}

/** Milliseconds of the thread that trains. */
function workerTime(trace) {
  const { traceEvents } = JSON.parse(trace);
  const worker = traceEvents.find(
    ({ name, args }) => name === "thread_name" && args?.name.startsWith("DedicatedWorker"),
  );
  let time = 0;
  for (const { name, ph, pid, tid, dur = 0, tdur = dur } of traceEvents)
    if (ph === "X" && name === "ThreadControllerImpl::RunTask" && pid === worker.pid && tid === worker.tid)
      time += tdur;
  return time / 1000;
}

/** Milliseconds to random steps of the first 10,000 of each built-in table, the longest way of all and the medians; and most bytes of snapshots. */
async function seeks() {
  const { LabTraining } = await jiti.import("../lab/src/training/lab-training.ts");
  const { stateOfSet } = await jiti.import("../lab/src/recipe/address.ts");
  const { setNames } = await jiti.import("../lab/src/sets/index.ts");
  let state = 1;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  for (const name of setNames) {
    const { settings, ...others } = stateOfSet(name);
    const training = await LabTraining.open({
      ...others,
      settings: { ...settings, epochs: 100_000, patience: 100_000 },
    });
    await training.seek(10_000);
    const times = [];
    for (let i = 0; i < 40; i++) {
      const began = performance.now();
      await training.seek(Math.floor(random() * 10_000));
      times.push(performance.now() - began);
    }
    times.sort((a, b) => a - b);
    const megabytes = training.snapshotBytes / 2 ** 20;
    console.log(
      `${name}: to a step of 10,000 in ${rounded(quantile(times, 0.5), 1)} ms at the median, ${rounded(times.at(-1), 1)} at most (limit 50); snapshots of ${rounded(megabytes, 1)} MB (limit 64)`,
    );
    await training.dispose();
  }
}

const server = await servePage();
const browser = await launch();
try {
  const first = await openPage(browser, server.url);
  await first.page.getByRole("heading", { name: "One neuron" }).waitFor();
  const readable = await first.page.evaluate(
    () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN,
  );
  await first.page.context().close();

  const { page } = await openPage(browser, `${server.url}#${values.address}`);
  const step = async () => Number((await page.getByTestId("step").textContent()).replaceAll(",", ""));
  await page.getByRole("button", { name: /steps a second/ }).click();
  await page.getByRole("option", { name: "As fast as it goes" }).click();
  await page.getByRole("button", { name: "Play" }).click();
  await page.waitForTimeout(2000);
  await browser.startTracing(page, {
    categories: ["devtools.timeline", "toplevel", "disabled-by-default-devtools.timeline"],
  });
  const [from, began] = [await step(), performance.now()];
  await page.waitForTimeout(1000 * seconds);
  const [to, ended] = [await step(), performance.now()];
  const trace = (await browser.stopTracing()).toString();
  const work = frameWork(trace);
  const inPage = {
    clock: ((to - from) / (ended - began)) * 1000,
    processor: ((to - from) / workerTime(trace)) * 1000,
  };
  await page.context().close();

  const { model } = cpus()[0];
  console.log(`${cpus().length} cores, ${model}; Node ${process.version}, Chromium ${browser.version()}`);
  console.log(`readable after ${rounded(readable, 0)} ms (limit 1000)`);
  console.log(
    `a frame's work: median ${rounded(quantile(work, 0.5))} ms, 95 % under ${rounded(quantile(work, 0.95))} ms (limit 8), of ${work.length} frames in ${seconds} s`,
  );
  await seeks();
  const plain = await alone();
  for (const [by, words] of Object.entries({ clock: "", processor: " of its processor" }))
    console.log(
      `steps a second${words}: ${rounded(inPage[by], 0)} in the page, ${rounded(plain[by], 0)} alone: ${rounded(plain[by] / inPage[by])} times as long (limit 1.3)`,
    );
} finally {
  await browser.close();
  await server.close();
}
