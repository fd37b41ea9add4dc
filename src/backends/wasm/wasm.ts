// The WebAssembly backend: lays a plan out in one linear memory and has the machine run its programs.
import { convert, type DType, type TypedArray } from "../../ir/dtype.ts";
import { ChainruleError } from "../../ir/errors.ts";
import { formatType, sizeOf } from "../../ir/shape.ts";
import type { Plan, View } from "../../plan/plan.ts";
import type { Backend, Machine } from "../backend.ts";
import { encode } from "./encode.ts";
import { instantiate, memoryBase } from "./module.ts";

const PAGE = 65536;
/** wasm32: 4 GiB. */
const MAX_PAGES = 65536;

const align = (bytes: number): number => Math.ceil(bytes / 64) * 64;
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

function allocate(bytes: number, arena: number): WebAssembly.Memory {
  const fail = (cause?: unknown): never => {
    throw new ChainruleError(
      "OUT_OF_MEMORY",
      `This plan needs ${mebibytes(bytes)} of WebAssembly memory (${mebibytes(arena)} of it for values); ${
        cause ? "this machine did not give it" : `a WebAssembly memory ends at ${mebibytes(MAX_PAGES * PAGE)}`
      }. Use a smaller batch or a smaller model.`,
      { bytes, arenaBytes: arena, limit: MAX_PAGES * PAGE },
      { cause },
    );
  };
  const pages = Math.ceil(bytes / PAGE);
  if (pages > MAX_PAGES) return fail();
  try {
    return new WebAssembly.Memory({ initial: pages });
  } catch (cause) {
    return fail(cause);
  }
}

function load(plan: Plan): Machine {
  const arena = align(memoryBase());
  const temporary = arena + align(plan.arena.bytes);
  const encoded = encode(plan, arena, temporary);
  const room = temporary + align(encoded.temporaryBytes);
  const instructions = room + align(encoded.roomBytes);
  // The margin: kernels may load a vector that begins at the last word.
  const memory = allocate(instructions + encoded.words.byteLength + 64, plan.arena.bytes);
  let machine: ReturnType<typeof instantiate> | undefined = instantiate(memory);
  let floats = new Float32Array(memory.buffer);
  let ints = new Int32Array(memory.buffer);
  ints.set(encoded.words, instructions / 4);
  const programs = new Map([...encoded.programs].map(([name, word]) => [name, instructions + word * 4]));

  const alive = (): NonNullable<typeof machine> => {
    if (machine) return machine;
    throw new ChainruleError("DISPOSED", "This machine was disposed; load the plan again to go on.", {
      backend: "wasm",
    });
  };
  const firstWord = (view: View): number => (arena + plan.buffers[view.buffer]!.offset) / 4;

  const execute = (program: number, times: number): void => {
    if (alive().run(program, times, 0, 1, room) !== 0) throw indexError();
  };
  const indexError = (): ChainruleError => {
    const [, instruction, index, bound] = ints.subarray(alive().statusAddress() / 4);
    const word = ((instruction! >>> 0) - instructions) / 4;
    const kernel = encoded.origins.find((origin) => origin.word === word)?.kernel;
    const op = kernel?.kind === "op" ? kernel.op : "fused";
    const types = (kernel?.inputs ?? []).map(formatType).join(", ");
    return new ChainruleError(
      "INDEX_OUT_OF_RANGE",
      `${op}(${types}): indices must be from 0 to ${bound! - 1}; got ${index}.`,
      { op, index, bound },
    );
  };

  const write = (view: View, data: TypedArray): void => {
    alive();
    const elements = sizeOf(view.shape);
    if (data.length !== elements) {
      throw new ChainruleError(
        "SHAPE_MISMATCH",
        `A value of ${formatType(view)} has ${elements} elements; ${data.length} were given.`,
        { shape: view.shape, length: data.length },
      );
    }
    (view.dtype === "int32" ? ints : floats).set(convert(data, view.dtype), firstWord(view));
  };
  const read: Record<DType, (start: number, end: number) => TypedArray> = {
    float32: (start, end) => floats.slice(start, end),
    float64: (start, end) => Float64Array.from(floats.subarray(start, end)),
    int32: (start, end) => ints.slice(start, end),
    bool: (start, end) => Uint8Array.from(floats.subarray(start, end)),
  };

  for (const { role, data, offset, shape, dtype } of plan.buffers) {
    if (role !== "constant" || !data) continue;
    const words = dtype === "int32" ? ints : floats;
    const values = convert(data, dtype);
    const first = (arena + offset) / 4;
    if (data.length === 1) words.fill(values[0]!, first, first + sizeOf(shape));
    else words.set(values, first);
  }
  execute(instructions + encoded.setup * 4, 1);

  return {
    write,
    read(view) {
      alive();
      return read[view.dtype](firstWord(view), firstWord(view) + sizeOf(view.shape));
    },
    run(program, times) {
      const start = programs.get(program);
      if (start === undefined) {
        const known = [...programs.keys()].join(", ");
        throw new ChainruleError("INVALID_ARGUMENT", `This plan has no program "${program}"; it has ${known}.`, {
          program,
        });
      }
      execute(start, times);
    },
    dispose() {
      machine = undefined;
      floats = new Float32Array(0);
      ints = new Int32Array(0);
    },
  };
}

export const wasm: Backend = {
  name: "wasm",
  float: "float32",
  bytesPerElement: { float32: 4, float64: 4, int32: 4, bool: 4 },
  load,
};
