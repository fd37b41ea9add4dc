// Puts the functions of the compiled machine into an order in which gzip finds more that repeats: it looks back 32 KiB, and
// the machine is larger. Like functions come close to each other; what they do is the same.
import { gzipSync } from "node:zlib";
import * as wasm from "../src/backends/wasm/webassembly-opcodes.ts";
import { Reader, readInstruction, section, sectionOf, skipLocals } from "./wasm-reader.mjs";

const FUNCTION = 0;

/** Bytes of context for which a function is compared: less than gzip's window, so that all of it counts. */
const context = 28_000;
const gzipped = (bytes) => gzipSync(bytes, { level: 9 }).length;

/** Greedy: after the largest always the function that takes, of what it takes alone, the smallest part. */
function chooseOrder(bodies) {
  const left = bodies.map((body, i) => ({ i, body, alone: gzipped(body) }));
  left.sort((a, b) => b.body.length - a.body.length);
  const order = [left.shift()];
  while (left.length > 0) {
    const before = Buffer.concat(order.map(({ body }) => body)).subarray(-context);
    const without = gzipped(before);
    const parts = left.map(({ body, alone }) => (gzipped(Buffer.concat([before, body])) - without) / alone);
    order.push(...left.splice(parts.indexOf(Math.min(...parts)), 1));
  }
  return order.map(({ i }) => i);
}

/** Where the module names functions by number, one byte each: calls, exports, the start. Calls `visit(offset)` for each. */
function visitIndices(bytes, visit) {
  const reader = new Reader(bytes);
  const start = sectionOf(bytes, section.start);
  if (start) visit(start.from);
  reader.at = sectionOf(bytes, section.export).from;
  for (let count = reader.leb(); count > 0; count--) {
    reader.skip(reader.leb());
    if (reader.byte() === FUNCTION) visit(reader.at);
    reader.leb();
  }
  reader.at = sectionOf(bytes, section.code).from;
  for (let count = reader.leb(); count > 0; count--) {
    const size = reader.leb();
    const end = reader.at + size;
    skipLocals(reader);
    while (reader.at < end) {
      const at = reader.at;
      if (readInstruction(reader) === wasm.CALL) visit(at + 1);
    }
  }
}

/** The same module with its functions in another order. */
export function orderFunctions(bytes) {
  const reader = new Reader(bytes);
  reader.at = sectionOf(bytes, section.import).from;
  let imported = 0;
  for (let count = reader.leb(); count > 0; count--) {
    reader.skip(reader.leb());
    reader.skip(reader.leb());
    const isFunction = reader.byte() === FUNCTION;
    if (isFunction) imported++;
    // A function's type; a memory's limits.
    reader.lebs(isFunction ? 1 : 3);
  }
  const code = sectionOf(bytes, section.code);
  reader.at = code.from;
  const count = reader.leb();
  const first = reader.at;
  // One byte for each function's number and type.
  if (imported + count > 127 || sectionOf(bytes, section.element))
    throw new Error("order-functions: not made for this");
  const ranges = Array.from({ length: count }, () => {
    const from = reader.at;
    reader.skip(reader.leb());
    return { from, to: reader.at };
  });
  const order = chooseOrder(ranges.map(({ from, to }) => bytes.subarray(from, to)));
  const result = Uint8Array.from(bytes);
  visitIndices(bytes, (at) => {
    if (bytes[at] >= imported) result[at] = imported + order.indexOf(bytes[at] - imported);
  });
  const renumbered = result.slice();
  const types = sectionOf(bytes, section.function).to - count;
  let to = first;
  order.forEach((old, i) => {
    result[types + i] = bytes[types + old];
    const body = renumbered.subarray(ranges[old].from, ranges[old].to);
    result.set(body, to);
    to += body.length;
  });
  return result;
}
