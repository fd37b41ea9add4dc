// One rank of mpi.mjs: times MPI_Allreduce of float32 in the machine's memory, by size; rank 0 prints seconds a call as JSON.
import { loadAllReduce } from "../dist/backends/mpi/all-reduce.js";
import { endTogether } from "../dist/backends/mpi/ends.js";
import { mpi } from "../dist/backends/mpi/mpi.js";
import { median } from "./measure.mjs";

const [sizes, rounds, secondsARound] = JSON.parse(process.argv[2]);
const communicator = mpi();
const finalize = endTogether(communicator);
const memory = new WebAssembly.Memory({ initial: 512, maximum: 512, shared: true });
const allReduce = loadAllReduce(communicator.library, memory);

/** Seconds of so many calls; what is summed is 0, so that nothing grows. */
function time(calls, count) {
  communicator.barrier();
  const from = performance.now();
  for (let i = 0; i < calls; i++) allReduce(0, count, 0, 0);
  return (performance.now() - from) / 1000;
}

/** The same number on all ranks. */
function agree(value) {
  const values = Float64Array.of(value);
  communicator.allReduce(values, "max");
  return values[0];
}

const results = sizes.map((bytes) => {
  const count = bytes / 4;
  let calls = 1;
  for (let spent = 0; spent < secondsARound / 4; spent = agree(time(calls, count)))
    if (spent > 0) calls = Math.min(calls * 4, Math.ceil((calls * secondsARound) / spent));
  const times = Array.from({ length: rounds }, () => agree(time(calls, count)) / calls);
  return { bytes, seconds: median(times), low: Math.min(...times) };
});
if (communicator.rank === 0) console.log(JSON.stringify({ library: communicator.library.name, results }));
finalize();
