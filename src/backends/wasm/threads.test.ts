// Threads: the same bits with any number of them, errors where one is lost, none left behind, an end when asked to.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ChainruleError } from "../../ir/errors.ts";
import { traceProgram } from "../../run/program.ts";
import { Session } from "../../run/session.ts";
import type { Tensor } from "../../trace/tensor.ts";
import { findBlas } from "../blas/find.ts";
import { instantiate } from "./instance.ts";
import { moduleOf, sharedMemory } from "./module.ts";
import { samples } from "./test-plan.ts";
import { Threads } from "./threads.ts";
import { type WasmOptions, wasmBackend } from "./wasm.ts";

const n = 200;
const matrix = { shape: [n, n], dtype: "float32" as const };
const count = { shape: [], dtype: "int32" as const };

/** A program of a matrix product, a reduction and a chain of steps, worth several threads: all of them `always`, or as many as prove best. */
function session(threads: number, always = true, blas?: WasmOptions["blas"]): Session {
  const state = { x: matrix, y: matrix, count, rows: { shape: [n], dtype: "int32" as const } };
  const program = traceProgram(
    state,
    {},
    ({ x, y, count, rows }) => {
      const next = x!.matmul(y!).softmax().add(y!.gather(rows!)).tanh();
      return { state: { x: next.sub((next as Tensor).mean(0)), count: count!.add(1) } };
    },
    "float32",
  );
  const made = new Session(
    { state, programs: { main: program } },
    wasmBackend({ threads, always, build: "plain", blas }),
  );
  made.write("x", Float32Array.from(samples(n * n, -1, 1, 1)));
  made.write("y", Float32Array.from(samples(n * n, -1, 1, 2)));
  made.write(
    "rows",
    Int32Array.from({ length: n }, (_, i) => (i * 7) % n),
  );
  return made;
}

const open: Session[] = [];
const opened = (threads: number, always = true, blas?: WasmOptions["blas"]): Session => {
  const made = session(threads, always, blas);
  open.push(made);
  return made;
};
afterEach(() => {
  for (const made of open.splice(0)) made.dispose();
});

const codeOf = async (run: () => unknown): Promise<string> => {
  try {
    await run();
    return "nothing was thrown";
  } catch (error) {
    return error instanceof ChainruleError ? error.code : String(error);
  }
};

it("gives the same bits with one, two and four threads, waiting or not", async () => {
  const results: Float32Array[] = [];
  for (const threads of [1, 2, 4]) {
    const waiting = opened(threads);
    expect(waiting.threads).toBe(threads);
    waiting.run("main", 5);
    const going = opened(threads);
    expect(await going.start("main", 5)).toBe(5);
    results.push(waiting.read("x") as Float32Array, going.read("x") as Float32Array);
  }
  for (const other of results.slice(1)) expect(other).toEqual(results[0]);
  expect(results[0]!.some((value) => value !== 0)).toBe(true);
});

it("gives the same bits with as many threads as prove best, waiting or not", async () => {
  const steps = 200;
  const alone = opened(1);
  alone.run("main", steps);
  const waiting = opened(2, false);
  for (const times of [1, 1, 3, steps - 5]) waiting.run("main", times);
  const going = opened(2, false);
  expect(await going.start("main", steps - 1)).toBe(steps - 1);
  expect(await going.start("main", 1)).toBe(1);
  for (const one of [waiting, going]) {
    expect(one.read("x")).toEqual(alone.read("x"));
    expect(one.read("count")).toEqual(Int32Array.of(steps));
  }
});

it("gives the same bits with as many as prove best where a BLAS multiplies, which may round as it likes", async () => {
  const { library, reason } = findBlas();
  if (library === undefined) throw new Error(`This test needs a BLAS: ${reason}`);
  const blas = () => ({ library, from: 0 });
  const together = opened(3, true, blas);
  together.run("main", 60);
  const waiting = opened(3, false, blas);
  for (const times of [1, 1, 1, 57]) waiting.run("main", times);
  const going = opened(3, false, blas);
  expect(await going.start("main", 60)).toBe(60);
  for (const one of [waiting, going]) expect(one.read("x")).toEqual(together.read("x"));
});

it.each([true, false])(
  "ends after the step that is going on when it is asked to stop, always all: %s",
  async (always) => {
    const going = opened(2, always);
    const many = 1e8;
    const running = going.start("main", many) as Promise<number>;
    // A message to a thread that runs, and one back: by then the job is under way.
    await new Promise((resolve) => setImmediate(resolve));
    going.stop();
    const done = await running;
    expect(done).toBeLessThan(many);
    expect(going.read("count")).toEqual(Int32Array.of(done));
    // The machine is as good as before.
    expect(await going.start("main", 2)).toBe(2);
    expect(going.read("count")).toEqual(Int32Array.of(done + 2));
  },
);

it("refuses other work while it runs", async () => {
  const going = opened(2);
  const running = going.start("main", 50);
  expect(await codeOf(() => going.read("x"))).toBe("BUSY");
  expect(await codeOf(() => going.run("main"))).toBe("BUSY");
  await running;
  expect(await codeOf(() => going.read("x"))).toBe("nothing was thrown");
});

it.each([true, false])("reports an index out of range from any thread, always all: %s", async (always) => {
  const going = opened(2, always);
  going.write(
    "rows",
    Int32Array.from({ length: n }, (_, i) => (i === n - 1 ? n : 0)),
  );
  await expect(going.start("main", 3)).rejects.toThrow(`indices must be from 0 to ${n - 1}; got ${n}.`);
  expect(() => going.run("main")).toThrow(`got ${n}.`);
});

/** The workers that are started while `act` runs. */
async function workersOf(act: () => Promise<void>): Promise<Worker[]> {
  const post = vi.spyOn(Worker.prototype, "postMessage");
  await act();
  const workers = [...new Set(post.mock.contexts as Worker[])];
  post.mockRestore();
  return workers;
}

describe("a thread", () => {
  it("that dies fails the run, and every later one", async () => {
    const going = opened(2);
    let running: Promise<number> | undefined;
    const workers = await workersOf(async () => {
      running = going.start("main", 1e8) as Promise<number>;
    });
    expect(workers.length).toBe(2);
    void workers[1]!.terminate();
    expect(await codeOf(() => running)).toBe("THREAD_LOST");
    expect(await codeOf(() => going.run("main"))).toBe("THREAD_LOST");
    expect(await codeOf(() => going.start("main", 1))).toBe("THREAD_LOST");
  });

  it("whose session nobody refers to any more is ended, though not before what is awaited", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    const workers = await workersOf(async () => {
      const done = session(2).start("main", 30);
      for (let i = 0; i < 10; i++) {
        collect();
        await turn();
      }
      expect(await done).toBe(30);
    });
    expect(workers.length).toBe(2);
    // One that has ended has no number.
    while (workers.some(({ threadId }) => threadId !== -1)) {
      collect();
      await turn();
    }
  });

  it("that fails fails the run", async () => {
    const memory = sharedMemory(1);
    const control = instantiate(moduleOf("plain"), memory).controlAddress();
    const rest = { scratch: control + 1024, scratchBytes: 64, blas: undefined, mpi: undefined, generated: undefined };
    for (const waits of [true, false]) {
      const threads = new Threads({ module: moduleOf("plain"), memory, control, threads: 2, ...rest });
      // There is no program past the end of the memory.
      const run = () => (waits ? threads.run(2 ** 24, 1) : threads.start(2 ** 24, 1, true));
      expect(await codeOf(run)).toBe("THREAD_LOST");
      threads.dispose();
    }
  });

  it("does not outlive its machine, idle or at work", async () => {
    for (const times of [1, 1e8]) {
      const going = session(2);
      let running: Promise<number> | undefined;
      const workers = await workersOf(async () => {
        running = going.start("main", times) as Promise<number>;
        if (times === 1) await running;
      });
      const exits = workers.map((worker) => new Promise((resolve) => worker.once("exit", resolve)));
      going.dispose();
      expect(await codeOf(() => running)).toBe(times === 1 ? "nothing was thrown" : "DISPOSED");
      expect((await Promise.all(exits)).length).toBe(2);
    }
  });

  it("is not started for programs too small to gain", async () => {
    const state = { x: { shape: [4], dtype: "float32" as const } };
    const program = traceProgram(state, {}, ({ x }) => ({ state: { x: x!.tanh() } }), "float32");
    const small = new Session({ state, programs: { main: program } }, wasmBackend({ threads: 4 }));
    open.push(small);
    expect(small.threads).toBe(1);
    const workers = await workersOf(async () => {
      expect(small.start("main", 10)).toBe(10);
    });
    expect(workers).toEqual([]);
  });
});
