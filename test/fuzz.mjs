// Reads files that were changed at random: each must be read, or refused by a ChainruleError, and end.
//
//   npm run fuzz                              100,000 files for each reader
//   npm run fuzz -- parquet csv --files 5000  so many for these
//   npm run fuzz -- --seed 7                  others
//
// A fault is any other error, a rejection that nobody hears of, or a file that is not done with in half a minute of processor time. It is printed with the
// reader, the seed and the number of the file, which bring it back, and the file is kept in fuzz-faults/.
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

/** Files of a run, which commands are run over. */
export const slow = ["run.json", "model.json", "index.json", "events.jsonl"];
export const readers = [
  ...[
    "csv",
    "tsv",
    "json",
    "jsonl",
    "parquet",
    "gzip",
    "safetensors",
    "model",
    "onnx",
    "onnx message",
    "onnx layer",
    "snapshot",
    "events",
    ...slow,
  ],
];

const worker = resolve(import.meta.dirname, "fuzz-worker.mjs");
/** Seconds of processor time for one file: thousands of times what it takes, however busy the machine is. */
const patience = 30;
/** Milliseconds for a file that takes no processor time: it waits for what never comes. */
const longest = 600_000;
/** Bytes of memory that reading a file of some kilobytes may take. */
const mostMemory = 3 * 2 ** 30;

/** Faults of one reader: { index, message, bytes }. */
export async function fuzz(reader, { files, seed }) {
  const place = await mkdtemp(join(tmpdir(), "chainrule-fuzz-"));
  const faults = [];
  try {
    for (let from = 0; from < files; ) {
      const { at, ended } = await watch(reader, place, seed, from, files);
      if (at >= files) break;
      faults.push({ index: at, message: ended });
      from = at + 1;
    }
    const written = await readFile(join(place, "faults"), "utf8").catch(() => "");
    for (const line of written.split("\n").slice(0, -1)) faults.push(JSON.parse(line));
  } finally {
    await rm(place, { recursive: true, force: true });
  }
  return faults;
}

/** Runs the reader until it is through, or one file is too much for it: which, and what came of it. */
async function watch(reader, place, seed, from, to) {
  await writeFile(join(place, "at"), "");
  const words = ["--max-old-space-size=2048", worker, reader, place, ...[seed, from, to].map(String)];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (data) => (said = (said + data).slice(-4000)));
  let ended;
  const number = async () => Number((await readFile(join(place, "at"), "utf8")) || from);
  let last = { at: -1, since: Date.now(), worked: 0 };
  const timer = setInterval(async () => {
    const at = await number().catch(() => last.at);
    const worked = await processorSeconds(child.pid);
    if (at !== last.at) last = { at, since: Date.now(), worked };
    const status = await readFile(`/proc/${child.pid}/statm`, "utf8").catch(() => "");
    if (worked - last.worked > patience || Date.now() - last.since > longest)
      ended = `no end within ${patience} s of processor time, or ${longest / 1000} s`;
    else if (Number(status.split(" ")[1] ?? 0) * 4096 > mostMemory) ended = `over ${mostMemory / 2 ** 30} GB of memory`;
    if (ended !== undefined) child.kill("SIGKILL");
  }, 500);
  await new Promise((done) => child.on("close", done));
  clearInterval(timer);
  return { at: await number(), ended: ended ?? `the process ended: ${said}` };
}

/** User and system time of a process (proc(5): fields 14 and 15 of stat, in ticks of 1/100 s); 0 where that is not known. */
async function processorSeconds(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return stat === "" ? 0 : (Number(fields[11]) + Number(fields[12])) / 100;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const options = { files: { type: "string", default: "100000" }, seed: { type: "string", default: "1" } };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const seed = Number(values.seed);
  for (const reader of positionals.length > 0 ? positionals : readers) {
    const begun = Date.now();
    const faults = await fuzz(reader, { files: Number(values.files), seed });
    const seconds = ((Date.now() - begun) / 1000).toFixed(0);
    console.log(`${reader}: ${faults.length} faults in ${values.files} files (seed ${seed}, ${seconds} s)`);
    const kinds = new Map();
    for (const fault of faults) {
      const kind = fault.message.split("\n").slice(0, 2).join(" ");
      kinds.set(kind, [...(kinds.get(kind) ?? []), fault]);
    }
    for (const [kind, all] of kinds) {
      console.log(`  ${all.length} × ${kind} (file ${all[0].index})`);
      if (all[0].bytes === undefined) continue;
      await mkdir("fuzz-faults", { recursive: true });
      await writeFile(join("fuzz-faults", `${reader}-${seed}-${all[0].index}`), Buffer.from(all[0].bytes, "base64"));
    }
    if (faults.length > 0) process.exitCode = 1;
  }
}
