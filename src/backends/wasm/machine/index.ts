// The machine: executes a list of instructions in linear memory. Every thread runs it, on its share of each instruction.
import { conv2d, conv2dInputGradient, conv2dWeightGradient } from "./convolution";
import { copy, fill, transpose } from "./copy";
import { fused } from "./fused";
import { gather, scatterAdd } from "./gather";
import { matmul } from "./matmul";
import * as code from "./opcodes";
import { avgPool2d, maxPool2d } from "./pooling";
import { iota, random } from "./random";
import { reduction } from "./reduce";
import { status } from "./share";
import { softmax } from "./softmax";

/** First address free for the host. */
export function memoryBase(): usize {
  return (__heap_base + 63) & ~63;
}

export function statusAddress(): usize {
  return status;
}

/** One instruction. `room` is scratch space of this thread alone. */
export function runOne(p: usize, thread: i32, threads: i32, room: usize): void {
  switch (load<i32>(p)) {
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
      return conv2d(p, thread, threads);
    case code.CONV2D_INPUT_GRADIENT:
      return conv2dInputGradient(p, thread, threads);
    case code.CONV2D_WEIGHT_GRADIENT:
      return conv2dWeightGradient(p, thread, threads);
    case code.MAX_POOL2D:
    case code.MAX_POOL2D_GRADIENT:
    case code.MAX_POOL2D_GATHER:
      return maxPool2d(p, thread, threads);
    case code.AVG_POOL2D:
      return avgPool2d(p, false, thread, threads);
    case code.AVG_POOL2D_GRADIENT:
      return avgPool2d(p, true, thread, threads);
  }
}

/** The program `times` times; stops at the first instruction that sets the status, and returns the status. */
export function run(program: usize, times: i32, thread: i32, threads: i32, room: usize): i32 {
  store<i32>(status, code.STATUS_OK);
  for (; times > 0; times--) {
    for (let p = program; load<i32>(p) != code.END; p += load<i32>(p, 4)) {
      runOne(p, thread, threads, room);
      if (load<i32>(status) != code.STATUS_OK) return load<i32>(status);
    }
  }
  return code.STATUS_OK;
}
