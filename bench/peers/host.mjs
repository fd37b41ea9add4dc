// One JavaScript peer in a process of its own: a line of JSON asks, a line of JSON answers.
import { createInterface } from "node:readline";
import { workloads } from "../workloads.mjs";

const [module, options] = [process.argv[2], JSON.parse(process.argv[3])];
const say = (answer) => process.stdout.write(`\n@${JSON.stringify(answer)}\n`);

try {
  const peer = await import(`./${module}.mjs`);
  await peer.start?.(options);
  say({ version: await peer.version(options) });
  let loaded;
  for await (const line of createInterface({ input: process.stdin })) {
    const { load, run, unload } = JSON.parse(line);
    try {
      if (load !== undefined) {
        loaded = await peer.load(
          workloads.find(({ name }) => name === load),
          options,
        );
        say(loaded.unsupported === undefined ? {} : { unsupported: loaded.unsupported });
      } else if (run !== undefined) {
        const from = performance.now();
        const result = await loaded.run(run);
        say({ seconds: (performance.now() - from) / 1000, result, memory: process.resourceUsage().maxRSS * 1024 });
      } else if (unload) {
        await loaded?.dispose?.();
        loaded = undefined;
        say({});
      }
    } catch (error) {
      say({ error: `${error.message}`.split("\n")[0] });
    }
  }
} catch (error) {
  say({ error: `${error.message}`.split("\n")[0] });
}
process.exit(0);
