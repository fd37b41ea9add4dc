// The machine: executes a list of instructions in linear memory. Every thread runs it, on its share of each instruction.
import { conv2d, conv2dScatteredGradient, conv2dWeightGradient } from "./convolution";
import { copy, fill, transpose } from "./copy";
import { directConv2d, directInputGradient, directWeightGradient } from "./direct-convolution";
import { fused } from "./fused";
import { gather, scatterAdd } from "./gather";
import { matmul } from "./matmul";
import * as code from "./opcodes";
import { avgPool2d, maxPool2d } from "./pooling";
import { iota, random } from "./random";
import { reduction } from "./reduce";
import { control, failed, meet, shareStart, stepDone, stopAsked, takePiece } from "./share";
import { sketch, sketchEnd } from "./sketch";
import { softmax } from "./softmax";

/** First address free for the host. */
export function memoryBase(): usize {
  return control + (code.CONTROL_WORDS << 2);
}

export function controlAddress(): usize {
  return control;
}

/** [CALL, bytes, table index of a generated function, vectors] */
function call(p: usize, thread: i32, threads: i32): void {
  const vectors = load<i32>(p, 12);
  const from = shareStart(vectors, thread, threads);
  const to = shareStart(vectors, thread + 1, threads);
  if (from < to) call_indirect<void>(load<i32>(p, 8), from, to);
}

/** One instruction. `room` is scratch space of this thread alone. */
export function runOne(p: usize, thread: i32, threads: i32, room: usize): void {
  switch (<i32>load<u8>(p)) {
    case code.CALL:
      return call(p, thread, threads);
    case code.FUSED:
      return fused(p, thread, threads, room);
    case code.MATMUL:
      return matmul(p, thread, threads, room);
    case code.REDUCE:
      return reduction(p, thread, threads);
    case code.SOFTMAX:
      return softmax(p, thread, threads);
    case code.COPY:
      return copy(p, thread, threads);
    case code.TRANSPOSE:
      return transpose(p, thread, threads);
    case code.FILL:
      return fill(p, thread, threads);
    case code.GATHER:
      return gather(p, thread, threads);
    case code.SCATTER_ADD:
      return scatterAdd(p, thread, threads);
    case code.IOTA:
      return iota(p, thread, threads);
    case code.RANDOM:
      return random(p, thread, threads);
    case code.CONV2D:
      return conv2d(p, thread, threads, room);
    case code.CONV2D_WEIGHT_GRADIENT:
      return conv2dWeightGradient(p, thread, threads, room);
    case code.CONV2D_SCATTERED_GRADIENT:
      return conv2dScatteredGradient(p, thread, threads, room);
    case code.DIRECT_CONV2D:
      return directConv2d(p, thread, threads);
    case code.DIRECT_INPUT_GRADIENT:
      return directInputGradient(p, thread, threads);
    case code.DIRECT_WEIGHT_GRADIENT:
      return directWeightGradient(p, thread, threads);
    case code.MAX_POOL2D:
    case code.MAX_POOL2D_GRADIENT:
    case code.MAX_POOL2D_GATHER:
      return maxPool2d(p, thread, threads);
    case code.AVG_POOL2D:
      return avgPool2d(p, false, thread, threads);
    case code.AVG_POOL2D_GRADIENT:
      return avgPool2d(p, true, thread, threads);
    case code.SKETCH:
      return sketch(p, thread, threads, room);
    case code.SKETCH_END:
      return sketchEnd(p, thread);
  }
}

/** The program `times` times, on one thread; ends early where an instruction fails or the host asks to stop. */
function runAlone(program: usize, times: i32, room: usize): void {
  for (; times > 0; times--) {
    for (let p = program; <i32>load<u8>(p) != code.END; p += load<i32>(p, 4)) {
      runOne(p, 0, 1, room);
      if (failed()) return;
    }
    stepDone();
    if (stopAsked()) return;
  }
}

/** This thread's part of one instruction: an even share, or as many pieces as it comes to. */
function share(p: usize, thread: i32, threads: i32, room: usize): void {
  const pieces = min<i32>(load<u8>(p, 2), threads * code.PIECES);
  if (pieces < 2 * threads) {
    runOne(p, thread, threads, room);
    return;
  }
  for (let piece = takePiece(); piece < pieces; piece = takePiece()) runOne(p, piece, pieces, room);
}

/** This thread's part of running the program `times` times. All threads run it with the same arguments but `thread`. */
export function run(program: usize, times: i32, thread: i32, threads: i32, room: usize): void {
  if (threads == 1) {
    runAlone(program, times, room);
    return;
  }
  for (; times > 0; times--) {
    for (let p = program; <i32>load<u8>(p) != code.END; p += load<i32>(p, 4)) {
      const flags: i32 = load<u8>(p, 1);
      if ((flags & code.SOLO) == 0) share(p, thread, threads, room);
      else if (thread == 0) runOne(p, 0, 1, room);
      if ((flags & code.MEET) != 0 && !meet(threads, false)) return;
    }
    if (thread == 0) stepDone();
    if (!meet(threads, true)) return;
  }
}
