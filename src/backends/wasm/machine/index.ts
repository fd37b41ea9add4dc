// The machine: executes a list of instructions in linear memory. Every thread runs it, on its share of each instruction.
import { attention } from "./attention";
import { conv2d, conv2dScatteredGradient, conv2dWeightGradient } from "./convolution";
import { copy, fill, transpose } from "./copy";
import { directConv2d, directInputGradient, directWeightGradient } from "./direct-convolution";
import { fused } from "./fused";
import { gather, scatterAdd } from "./gather";
import * as instruction from "./instructions.generated";
import { matmul } from "./matmul";
import { allReduce } from "./mpi";
import * as code from "./opcodes";
import { avgPool2d, maxPool2d } from "./pooling";
import { iota, random } from "./random";
import { reduction } from "./reduce";
import { control, failed, meet, shareStart, stepDone, stopAsked, takePiece } from "./share";
import { sketch, sketchEnd } from "./sketch";
import { softmax } from "./softmax";
import { winogradConv2d, winogradKernel } from "./winograd-convolution";
import { winogradWeightGradient } from "./winograd-gradient";

/** First address free for the host. */
export function memoryBase(): usize {
  return control + (code.CONTROL_WORDS << 2);
}

export function controlAddress(): usize {
  return control;
}

/** A generated function, for this thread's share of the vectors. */
function call(p: instruction.Call, thread: i32, threads: i32): void {
  const vectors = p.vectors;
  const from = shareStart(vectors, thread, threads);
  const to = shareStart(vectors, thread + 1, threads);
  if (from < to) call_indirect<void>(p.index, from, to);
}

/** One instruction. `scratch` is scratch space of this thread alone. */
export function runOne(p: usize, thread: i32, threads: i32, scratch: usize): void {
  switch (<i32>changetype<instruction.Instruction>(p).opcode) {
    case instruction.CALL:
      return call(changetype<instruction.Call>(p), thread, threads);
    case instruction.FUSED:
      return fused(changetype<instruction.Fused>(p), thread, threads, scratch);
    case instruction.MATMUL:
      return matmul(changetype<instruction.Matmul>(p), thread, threads, scratch);
    case instruction.REDUCE:
      return reduction(changetype<instruction.Reduce>(p), thread, threads);
    case instruction.SOFTMAX:
      return softmax(changetype<instruction.Softmax>(p), thread, threads);
    case instruction.ATTENTION:
      return attention(changetype<instruction.Attention>(p), thread, threads, scratch);
    case instruction.COPY:
      return copy(changetype<instruction.Copy>(p), thread, threads);
    case instruction.TRANSPOSE:
      return transpose(changetype<instruction.Transpose>(p), thread, threads);
    case instruction.FILL:
      return fill(changetype<instruction.Fill>(p), thread, threads);
    case instruction.GATHER:
      return gather(changetype<instruction.Gather>(p), thread, threads);
    case instruction.SCATTER_ADD:
      return scatterAdd(changetype<instruction.ScatterAdd>(p), thread, threads);
    case instruction.IOTA:
      return iota(changetype<instruction.Iota>(p), thread, threads);
    case instruction.RANDOM:
      return random(changetype<instruction.Random>(p), thread, threads);
    case instruction.CONV2D:
      return conv2d(changetype<instruction.Conv2d>(p), thread, threads, scratch);
    case instruction.CONV2D_WEIGHT_GRADIENT:
      return conv2dWeightGradient(changetype<instruction.Conv2d>(p), thread, threads, scratch);
    case instruction.CONV2D_SCATTERED_GRADIENT:
      return conv2dScatteredGradient(changetype<instruction.Conv2d>(p), thread, threads, scratch);
    case instruction.DIRECT_CONV2D:
      return directConv2d(changetype<instruction.DirectConv2d>(p), thread, threads);
    case instruction.DIRECT_INPUT_GRADIENT:
      return directInputGradient(changetype<instruction.DirectConv2d>(p), thread, threads);
    case instruction.DIRECT_WEIGHT_GRADIENT:
      return directWeightGradient(changetype<instruction.DirectConv2d>(p), thread, threads);
    case instruction.WINOGRAD_KERNEL:
      return winogradKernel(changetype<instruction.WinogradKernel>(p), thread, threads, scratch);
    case instruction.WINOGRAD_CONV2D:
      return winogradConv2d(changetype<instruction.WinogradConv2d>(p), thread, threads, scratch);
    case instruction.WINOGRAD_WEIGHT_GRADIENT:
      return winogradWeightGradient(changetype<instruction.WinogradWeightGradient>(p), thread, threads, scratch);
    case instruction.MAX_POOL2D:
    case instruction.MAX_POOL2D_GRADIENT:
    case instruction.MAX_POOL2D_GATHER:
      return maxPool2d(changetype<instruction.MaxPool2d>(p), thread, threads);
    case instruction.AVG_POOL2D:
      return avgPool2d(changetype<instruction.AvgPool2d>(p), false, thread, threads);
    case instruction.AVG_POOL2D_GRADIENT:
      return avgPool2d(changetype<instruction.AvgPool2d>(p), true, thread, threads);
    case instruction.SKETCH:
      return sketch(changetype<instruction.Sketch>(p), thread, threads, scratch);
    case instruction.SKETCH_END:
      return sketchEnd(changetype<instruction.SketchEnd>(p), thread);
    case instruction.ALL_REDUCE: {
      const own = changetype<instruction.AllReduce>(p);
      return allReduce(own.y, own.n, own.element == code.KIND_INT ? code.MPI_INT32 : code.MPI_FLOAT32, code.MPI_SUM);
    }
  }
}

/** Into how many pieces `threads` cut an instruction; 0: each has an even share. */
function piecesOf(p: usize, threads: i32): i32 {
  const pieces = min<i32>(changetype<instruction.Instruction>(p).pieces, threads * code.PIECES);
  return pieces < 2 * threads ? 0 : pieces;
}

/** An instruction whole, cut as `all` threads would cut it where its bits depend on that. */
function runWhole(p: usize, all: i32, scratch: usize): void {
  const flags: i32 = changetype<instruction.Instruction>(p).flags;
  const isCut = all > 1 && (flags & (code.CUT | code.SOLO)) == code.CUT;
  const pieces = isCut ? piecesOf(p, all) : 1;
  const parts = pieces == 0 ? all : pieces;
  for (let part = 0; part < parts; part++) runOne(p, part, parts, scratch);
}

/** The program `times` times, on one thread of `all`; ends early where an instruction fails or the host asks to stop. */
function runAlone(program: usize, times: i32, all: i32, scratch: usize): void {
  for (; times > 0; times--) {
    for (
      let p = program;
      <i32>changetype<instruction.Instruction>(p).opcode != code.END;
      p += changetype<instruction.Instruction>(p).bytes
    ) {
      runWhole(p, all, scratch);
      if (failed()) return;
    }
    stepDone();
    if (stopAsked()) return;
  }
}

/** This thread's part of one instruction: an even share, or as many pieces as it comes to. */
function share(p: usize, thread: i32, threads: i32, scratch: usize): void {
  const pieces = piecesOf(p, threads);
  if (pieces == 0) {
    runOne(p, thread, threads, scratch);
    return;
  }
  for (let piece = takePiece(); piece < pieces; piece = takePiece()) runOne(p, piece, pieces, scratch);
}

/**
 * This thread's part of running the program `times` times. All of `threads` run it with the same arguments but `thread`: all that the machine has, or
 * one of `all`.
 */
export function run(program: usize, times: i32, thread: i32, threads: i32, all: i32, scratch: usize): void {
  if (threads == 1) {
    runAlone(program, times, all, scratch);
    return;
  }
  for (; times > 0; times--) {
    for (
      let p = program;
      <i32>changetype<instruction.Instruction>(p).opcode != code.END;
      p += changetype<instruction.Instruction>(p).bytes
    ) {
      const flags: i32 = changetype<instruction.Instruction>(p).flags;
      if ((flags & code.SOLO) == 0) share(p, thread, threads, scratch);
      else if (thread == 0) runOne(p, 0, 1, scratch);
      if ((flags & code.MEET) != 0 && !meet(threads, false)) return;
    }
    if (thread == 0) stepDone();
    if (!meet(threads, true)) return;
  }
}
