// A process that reads changed files one after the other, and writes down which it is at and what goes wrong: see fuzz.mjs.
import { openSync, writeSync } from "node:fs";
import { generator, jsonText, mutate, mutateJson } from "./fuzz-mutate.mjs";

const [reader, place, ...numbers] = process.argv.slice(2);
const [seed, from, to] = numbers.map(Number);
// Written at once, so that they are there when this process is ended or ends by itself.
const counter = openSync(`${place}/at`, "w");
const faults = openSync(`${place}/faults`, "a");
let at = from;
let current;
const tell = (error) => {
  const message = error?.stack ?? String(error);
  writeSync(faults, `${JSON.stringify({ index: at, message, bytes: current?.toString("base64") })}\n`);
};
process.on("unhandledRejection", (error) => tell(new Error(`unhandled: ${error?.stack ?? error}`)));

const { readers } = await import("./fuzz-readers.mjs");
const { ChainruleError } = await import("../dist/ir/errors.js");
const { seeds, isJson, isLines, read } = await readers[reader]();
const buffers = seeds.map((one) => Buffer.from(one));

for (at = from; at < to; at++) {
  const random = generator(seed * 7919 + at);
  current = changed(buffers[Math.floor(random() * buffers.length)], random);
  writeSync(counter, String(at).padEnd(12), 0);
  try {
    await read(current, random);
  } catch (error) {
    if (!(error instanceof ChainruleError)) tell(error);
  }
  // Rejections that nobody listens to come now.
  if (at % 16 === 0) await new Promise((done) => setImmediate(done));
}
await new Promise((done) => setImmediate(done));
writeSync(counter, String(to).padEnd(12), 0);
process.exit(0);

function changed(base, random) {
  if ((!isJson && !isLines) || random() < 0.4) return mutate(base, buffers, random);
  if (isJson) return Buffer.from(jsonText(mutateJson(JSON.parse(base.toString()), random)));
  const lines = base.toString().trimEnd().split("\n");
  const at = Math.floor(random() * lines.length);
  lines[at] = jsonText(mutateJson(JSON.parse(lines[at]), random));
  if (random() < 0.2) lines.splice(Math.floor(random() * lines.length), 1);
  return Buffer.from(`${lines.join("\n")}\n`);
}
