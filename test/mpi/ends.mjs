// Ranks of mpi.test.ts of which the last ends badly, in the way that is named, while the others wait for it.
import { Worker } from "node:worker_threads";
import { endTogether } from "../../dist/backends/mpi/ends.js";
import { mpi } from "../../dist/backends/mpi/mpi.js";

const communicator = mpi();
const finalize = endTogether(communicator);
const { rank, size, library } = communicator;
const never = () => new Promise(() => setInterval(() => {}, 1000));
communicator.barrier();

const ways = {
  throws: () => {
    throw new Error("broken on purpose");
  },
  rejects: () => {
    Promise.reject(new Error("broken on purpose"));
    return never();
  },
  exits: () => process.exit(0),
  "exits with 3": () => process.exit(3),
  "stops early": () => new Promise(() => {}),
  "is killed": () => process.kill(process.pid, "SIGKILL"),
  // As a machine with threads does: the one that leads waits in MPI while the main thread breaks.
  "throws while a thread waits": () => {
    const file = new URL("../../dist/backends/mpi/all-reduce.js", import.meta.url).href;
    const code = `
      const { parentPort, workerData } = require("node:worker_threads");
      import(${JSON.stringify(file)}).then(({ loadAllReduce }) => {
        const allReduce = loadAllReduce(workerData, new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }));
        parentPort.postMessage("ready");
        allReduce(0, 1, 0, 0);
      });`;
    new Worker(code, { eval: true, workerData: library }).on("message", () => {
      throw new Error("broken on purpose");
    });
    return never();
  },
};
if (rank === size - 1) await ways[process.argv[2]]();
communicator.barrier();
console.log("a rank went on");
finalize();
