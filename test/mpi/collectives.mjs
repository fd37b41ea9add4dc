// One rank of mpi.test.ts: every call of a communicator, with what must come out; rank 0 prints what all ranks found.
import { createHash } from "node:crypto";
import { loadAllReduce } from "../../dist/backends/mpi/all-reduce.js";
import { endTogether } from "../../dist/backends/mpi/ends.js";
import { loadFunctions } from "../../dist/backends/mpi/functions.js";
import { callsOf, mpi } from "../../dist/backends/mpi/mpi.js";

const communicator = mpi();
const finalize = endTogether(communicator);
const { rank, size } = communicator;
const ranks = Array.from({ length: size }, (_, i) => i);
const faults = [];
const require = (isRight, what) => {
  if (!isRight) faults.push(what);
};

/** Element i of rank r: a small integer, so that sums are the same in any order. */
const element = (r, i) => ((i * 7 + r * 13) % 101) - 50;
const memory = new WebAssembly.Memory({ initial: 64, maximum: 64, shared: true });
const allReduce = loadAllReduce(communicator.library, memory);
const reducing = [
  ["sum", (a, b) => a + b],
  ["max", (a, b) => Math.max(a, b)],
];
const arrays = [Float32Array, Float64Array, Int32Array];
// Few calls, and small with more than two ranks: those that wait use up their cores, and where there are fewer of these each piece that
// a library sends takes as long as the system lets it wait.
for (const [type, Values] of arrays.entries()) {
  for (const [code, [name, both]] of reducing.entries()) {
    for (const count of [0, 1, 7, size > 2 ? 20_011 : 300_007]) {
      const expected = Values.from({ length: count }, (_, i) => ranks.map((r) => element(r, i)).reduce(both));
      // In the machine's memory, at an address that is no multiple of a vector; what lies beside it stays.
      const address = 8;
      const place = new Values(memory.buffer, address, count + 1);
      for (let i = 0; i < count; i++) place[i] = element(rank, i);
      place[count] = 77;
      if (count === 7) communicator.allReduce(place.subarray(0, count), name);
      else allReduce(address, count, type, code);
      const isRight = expected.every((value, i) => value === place[i]) && place[count] === 77;
      require(isRight, `${name} of ${count} of ${Values.name}`);
    }
  }
}
const own = Float64Array.of(rank, -1);
communicator.allReduce(own, "sum");
require(own[0] === (size * (size - 1)) / 2 && own[1] === -size, "sum of an array of its own");

// What rounds must round alike on all ranks: the same bits everywhere.
const hash = createHash("sha256");
for (const Values of [Float32Array, Float64Array]) {
  for (const count of [5, 3001, size > 2 ? 70_001 : 1_000_003]) {
    let state = rank * 7919 + count;
    // Park and Miller's generator, over many magnitudes.
    const next = () => (state = (state * 16807 + 1) % 2147483647) / 2147483647;
    const values = Values.from({ length: count }, () => (next() - 0.5) * 10 ** (next() * 12 - 6));
    communicator.allReduce(values, "sum");
    hash.update(values);
  }
}

// In one piece, and in pieces of 96 bytes, as lengths beyond 2³⁰ bytes are sent.
for (const calls of [communicator, callsOf(loadFunctions(communicator.library), rank, size, 96)]) {
  for (const length of [0, 96, 200]) {
    const root = size - 1;
    const bytes = new Uint8Array(length).fill(rank + 1);
    calls.broadcast(bytes, root);
    require(bytes.every((byte) => byte === root + 1), `broadcast of ${length}`);
    // As many more as the rank says: the lengths differ.
    const mine = new Uint8Array(length === 0 ? 0 : length + 10 * rank).map((_, i) => i + rank);
    const all = calls.gather(mine);
    require(all.length === (rank === 0 ? size : 0), "ranks of gather");
    for (const [r, got] of all.entries()) {
      const isRight = got.length === (length === 0 ? 0 : length + 10 * r) && got.every((b, i) => b === ((i + r) & 255));
      require(isRight, `gather of ${length} from rank ${r}`);
    }
  }
}
communicator.barrier();

// By this Node hears of what leads out of WebAssembly's memory; libraries of MPI like to take the signal for themselves:
// (module (memory 1) (func (export "f") (result i32) (i32.load (i32.const 0x4000000))))
const code = "AGFzbQEAAAABBQFgAAF/AwIBAAUDAQABBwUBAWYAAAoMAQoAQYCAgCAoAgAL";
const { instance } = await WebAssembly.instantiate(Buffer.from(code, "base64"));
try {
  instance.exports.f();
  require(false, "a trap");
} catch (error) {
  require(error instanceof WebAssembly.RuntimeError, `a trap, not ${error}`);
}

const { library, local } = communicator;
const told = { rank, size, local, name: library.name, abi: library.abi, faults, bits: hash.digest("hex") };
const all = communicator.gather(new TextEncoder().encode(JSON.stringify(told)));
for (const bytes of all) console.log(new TextDecoder().decode(bytes));
finalize();
finalize();
