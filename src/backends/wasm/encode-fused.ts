// FusedKernel → a FUSED instruction: element types made explicit, operands classified, registers given out.
import { conversions, type DType } from "../../ir/dtype.ts";
import { broadcastStrides, sizeOf } from "../../ir/shape.ts";
import type { FusedArgument, FusedKernel, FusedStep, View } from "../../plan/plan.ts";
import { collapse, type Encoder, kindOf, unsupported } from "./encoder.ts";
import { floatBits } from "./float-bits.ts";
import { functionOf, type Generated, type Source } from "./generate.ts";
import * as code from "./machine/opcodes.ts";
import { casts, elementwise, type Step, stepOf } from "./step-table.ts";
import { recordWords } from "./words.ts";

/** A place that steps read or write; its number in the slot table is known when all are. */
interface Slot {
  readonly kind: number;
  readonly words: number[];
  /** Bytes of the arena that are read in every block. */
  readonly range?: readonly [from: number, to: number];
}

/** A value of the chain. `slot` is given when it is an operand, or else when registers are given out. */
interface Value {
  readonly dtype: DType;
  slot?: Slot;
  number?: number;
  /** The value that this one is under another element type: it lies in the same place. */
  readonly same?: Value;
}

interface Operation {
  readonly step: Step;
  readonly result: Value;
  readonly operands: readonly Value[];
}

const registerBytes = code.BLOCK * 4 + 16;
const overlap = (a: readonly [number, number], b: readonly [number, number]): boolean => a[0] < b[1] && b[0] < a[1];

class Chain {
  readonly operations: Operation[] = [];
  readonly #kernel: FusedKernel;
  readonly #inputs: readonly Value[];
  readonly #steps: Value[] = [];
  readonly #numbers = new Map<number, Slot>();

  constructor(kernel: FusedKernel, inputs: readonly Value[]) {
    this.#kernel = kernel;
    this.#inputs = inputs;
    kernel.steps.forEach((step, i) => {
      this.#steps.push(this.#translate(step, i));
    });
  }

  result(step: number): Value {
    const value = this.#steps[step]!;
    return value.same ?? value;
  }

  operate(step: Step, dtype: DType, operands: readonly Value[]): Value {
    const result: Value = { dtype };
    this.operations.push({ step, result, operands: operands.map((value) => this.#placed(value)) });
    return result;
  }

  #placed(value: Value): Value {
    if (value.number === undefined) return value.same ?? value;
    const bits = kindOf(value.dtype) === code.KIND_INT ? value.number | 0 : floatBits(value.number);
    let slot = this.#numbers.get(bits);
    if (!slot) this.#numbers.set(bits, (slot = { kind: code.SLOT_NUMBER, words: [bits] }));
    return { dtype: value.dtype, slot };
  }

  #value(argument: FusedArgument): Value {
    switch (argument.kind) {
      case "input":
        return this.#inputs[argument.index]!;
      case "step":
        return this.#steps[argument.index]!;
      case "number":
        return { dtype: Number.isInteger(argument.value) ? "int32" : "float32", number: argument.value };
    }
  }

  #as(value: Value, dtype: DType): Value {
    if (value.dtype === dtype) return value;
    if (value.number !== undefined) {
      return { dtype, number: conversions[dtype](value.number) };
    }
    if (dtype === "bool") {
      const { intToBool, floatToBool } = casts;
      return this.operate(stepOf(value.dtype === "int32" ? intToBool : floatToBool), dtype, [value]);
    }
    if (kindOf(value.dtype) === kindOf(dtype)) return { dtype, same: value.same ?? value };
    const { floatToInt, intToFloat } = casts;
    return this.operate(stepOf(dtype === "int32" ? floatToInt : intToFloat), dtype, [value]);
  }

  #translate(step: FusedStep, index: number): Value {
    const values = step.arguments.map((argument) => this.#value(argument));
    const form = elementwise[step.op]!;
    const isOutput = this.#kernel.outputs.some((output) => output.step === index);
    if (form === "convert") {
      const value = this.#as(values[0]!, step.dtype);
      const isNew = this.operations.at(-1)?.result === value && values[0] !== value;
      return isOutput && !isNew ? this.operate(stepOf(casts.copy), step.dtype, [value]) : value;
    }
    if ("select" in form) {
      const [condition, x, y] = values as [Value, Value, Value];
      const operands = [this.#as(condition, "bool"), this.#as(x, step.dtype), this.#as(y, step.dtype)];
      return this.operate(stepOf(form.select), step.dtype, operands);
    }
    const isInt = form.compares ? values.every(({ dtype }) => dtype === "int32") : step.dtype === "int32";
    if (isInt && form.int === undefined && !form.compares) {
      const types = [{ shape: this.#kernel.shape, dtype: step.dtype }];
      throw unsupported(step.op, types, "the WebAssembly machine has no int32 form of this op.");
    }
    const useInt = isInt && form.int !== undefined;
    const operands = values.map((value) => this.#as(value, useInt ? "int32" : "float32"));
    if (form.reversed) operands.reverse();
    if ("attribute" in form) {
      operands.push({ dtype: "float32", number: (step.attributes as Record<string, number>)[form.attribute]! });
    }
    const result = this.operate(stepOf(useInt ? form.int! : form.float), useInt ? "int32" : "float32", operands);
    if (form.compares) return relabel(result, "bool");
    return this.#as(result, step.dtype);
  }
}

/** Comparisons leave 0 or 1: a bool already. */
const relabel = (value: Value, dtype: DType): Value => Object.assign(value, { dtype });

/** Ways to broadcast that generated functions know, by the strides of the collapsed axes. */
const broadcasts: ReadonlyMap<string, "row" | "column" | "plane"> = new Map([
  ["0,1", "row"],
  ["1,0", "column"],
  ["0,1,0", "plane"],
]);

/** The chain as a function of its own; undefined where it has steps or operands that only the interpreter knows. */
function generatedOf(kernel: FusedKernel, chain: Chain, encoder: Encoder): Generated | undefined {
  const { operations } = chain;
  if (!operations.every(({ step }) => step.template)) return undefined;
  const indices = new Map(operations.map(({ result }, i) => [result, i]));
  let isKnown = true;
  const sourceOf = (value: Value): Source => {
    const index = indices.get(value);
    if (index !== undefined) return { kind: "step", index };
    const { kind, words } = value.slot!;
    if (kind === code.SLOT_NUMBER) return { kind: "number", bits: words[0]! };
    if (kind === code.SLOT_SCALAR) return { kind: "scalar", address: words[0]! };
    if (kind === code.SLOT_DIRECT) return { kind: "elements", address: words[0]! };
    const [, address, rank, ...axes] = words as [number, number, number, ...number[]];
    const n = axes[rank - 1]!;
    const strides = axes.slice(rank).join();
    const form = broadcasts.get(strides);
    isKnown &&= form !== undefined && n % 4 === 0;
    return form === "plane" ? { kind: form, address, n, planes: axes[1]! } : { kind: form ?? "row", address, n };
  };
  const steps = operations.map(({ step, operands }) => ({ step, operands: operands.map(sourceOf) }));
  const outputs = kernel.outputs.map(({ step, view }) => ({
    source: sourceOf(chain.result(step)),
    address: encoder.address(view),
  }));
  return isKnown ? { steps, outputs } : undefined;
}

export function encodeFused(kernel: FusedKernel, encoder: Encoder): void {
  const elements = sizeOf(kernel.shape);
  if (elements === 0) return;
  const whole = (view: View): Slot => {
    const address = encoder.address(view);
    return { kind: code.SLOT_DIRECT, words: [address], range: [address, address + elements * 4] };
  };
  let registers = 0;
  const inputs = kernel.inputs.map((view): Value => {
    const { dtype } = view;
    if (sizeOf(view.shape) === elements) return { dtype, slot: whole(view) };
    const address = encoder.address(view);
    if (sizeOf(view.shape) === 1) return { dtype, slot: { kind: code.SLOT_SCALAR, words: [address] } };
    const axes = collapse(kernel.shape, broadcastStrides(view.shape, kernel.shape));
    const words = [
      registers++,
      address,
      axes.length,
      ...axes.map(({ size }) => size),
      ...axes.map(({ strides }) => strides[0]!),
    ];
    return { dtype, slot: { kind: code.SLOT_BROADCAST, words } };
  });
  const chain = new Chain(kernel, inputs);
  const generated = encoder.generates ? generatedOf(kernel, chain, encoder) : undefined;
  if (generated) {
    const operands = new Set(generated.steps.flatMap((step) => step.operands));
    const cost = 0.1 * (operands.size + generated.outputs.length) + 0.05 * generated.steps.length;
    encoder.call(functionOf(generated), elements, elements * cost);
    return;
  }

  // An output is written where it belongs, by its step, unless what lies there is still to be read in this block.
  const { operations } = chain;
  const lastUse = new Map<Value, number>();
  operations.forEach(({ operands }, i) => {
    for (const value of operands) lastUse.set(value, i);
  });
  const isReadAfter = (range: readonly [number, number], at: number): boolean =>
    operations
      .slice(at + 1)
      .some(({ operands }) =>
        operands.some(
          ({ slot }) => slot?.range !== undefined && slot.kind === code.SLOT_DIRECT && overlap(slot.range, range),
        ),
      );
  const copies: { readonly from: Value; readonly to: Slot }[] = [];
  for (const output of kernel.outputs) {
    const value = chain.result(output.step);
    const slot = whole(output.view);
    const at = operations.findIndex(({ result }) => result === value);
    if (at >= 0 && !value.slot && !isReadAfter(slot.range!, at)) {
      value.slot = slot;
    } else {
      copies.push({ from: value, to: slot });
      lastUse.set(value, Number.POSITIVE_INFINITY);
    }
  }
  const free: number[] = [];
  const release = new Map<Value, number>();
  operations.forEach(({ operands, result }, i) => {
    for (const value of new Set(operands)) {
      if (lastUse.get(value) === i && release.has(value)) free.push(release.get(value)!);
    }
    if (result.slot) return;
    const register = free.pop() ?? registers++;
    result.slot = { kind: code.SLOT_REGISTER, words: [register] };
    release.set(result, register);
  });

  const steps = [
    ...operations.map(({ step, result, operands }) => ({
      step,
      slots: [result.slot!, ...operands.map(({ slot }) => slot!)],
    })),
    ...copies.map(({ from, to }) => ({ step: stepOf(casts.copy), slots: [to, from.slot!] })),
  ];
  const all = [...new Set(steps.flatMap(({ slots }) => slots))];
  const isMoving = ({ kind }: Slot): boolean => kind === code.SLOT_DIRECT || kind === code.SLOT_BROADCAST;
  const slots = [...all.filter((slot) => !isMoving(slot)), ...all.filter(isMoving)];
  const slotAt = new Map(slots.map((slot, i) => [slot, i * code.SLOT_BYTES]));
  const registerAt = (register: number): number => slots.length * code.SLOT_BYTES + register * registerBytes;
  const slotWords = slots.flatMap(({ kind, words }) =>
    kind === code.SLOT_REGISTER || kind === code.SLOT_BROADCAST
      ? [kind, registerAt(words[0]!), ...words.slice(1)]
      : [kind, ...words],
  );
  const stepWords = steps.flatMap(({ step, slots: own }) => {
    const [result = 0, x = 0, y = 0, z = 0] = own.map((slot) => slotAt.get(slot)!);
    return recordWords("step", { number: step.number, result, x, y, z });
  });
  const moving = all.filter(isMoving).length;
  encoder.emit(
    "fused",
    { elements, fixed: slots.length - moving, moving, steps: steps.length },
    {
      records: [...slotWords, ...stepWords],
      scratch: registerAt(registers),
      nanoseconds: elements * steps.reduce((sum, { step }) => sum + step.cost, 0.1),
    },
  );
}
