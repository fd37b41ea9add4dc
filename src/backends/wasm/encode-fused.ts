// FusedKernel → a FUSED instruction: element types made explicit, operands classified, registers given out.
import { conversions, type DType } from "../../ir/dtype.ts";
import { broadcastStrides, sizeOf } from "../../ir/shape.ts";
import type { FusedArgument, FusedKernel, FusedStep } from "../../plan/plan.ts";
import { type Axis, collapse, type Encoder, kindOf } from "./encoder.ts";
import { floatBits } from "./float-bits.ts";
import { functionOf, type Generated, type Source } from "./generate.ts";
import * as code from "./machine/opcodes.ts";
import { casts, elementwise, type Step, stepOf } from "./step-table.ts";
import { recordWords } from "./words.ts";

/** What steps read or write. */
type Slot =
  | { readonly kind: typeof code.SLOT_NUMBER; readonly bits: number }
  | { readonly kind: typeof code.SLOT_SCALAR; readonly address: number }
  | { readonly kind: typeof code.SLOT_REGISTER; readonly register: number }
  /** As many bytes from an address on as the kernel has elements. */
  | { readonly kind: typeof code.SLOT_DIRECT; readonly address: number; readonly bytes: number }
  /** An input that is repeated along axes, for which it needs a register. */
  | {
      readonly kind: typeof code.SLOT_BROADCAST;
      readonly address: number;
      readonly register: number;
      readonly axes: readonly Axis[];
    };

/** A value of the chain. `slot` is given when it is an operand, or else when registers are given out. */
interface Value {
  readonly dtype: DType;
  slot?: Slot;
  number?: number;
  /** The value that this one is under another element type: it has the same slot. */
  readonly same?: Value;
}

interface Operation {
  readonly step: Step;
  readonly result: Value;
  readonly operands: readonly Value[];
}

const registerBytes = code.BLOCK * 4 + 16;

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
    this.operations.push({ step, result, operands: operands.map((value) => this.#operand(value)) });
    return result;
  }

  #operand(value: Value): Value {
    if (value.number === undefined) return value.same ?? value;
    const bits = kindOf(value.dtype) === code.KIND_INT ? value.number | 0 : floatBits(value.number);
    let slot = this.#numbers.get(bits);
    if (!slot) this.#numbers.set(bits, (slot = { kind: code.SLOT_NUMBER, bits }));
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
    const slot = value.slot!;
    if (slot.kind === code.SLOT_NUMBER) return { kind: "number", bits: slot.bits };
    if (slot.kind === code.SLOT_REGISTER) throw new Error("Registers are given out where chains are interpreted.");
    const { address } = slot;
    if (slot.kind === code.SLOT_SCALAR) return { kind: "scalar", address };
    if (slot.kind === code.SLOT_DIRECT) return { kind: "elements", address };
    const { axes } = slot;
    const n = axes.at(-1)!.size;
    const form = broadcasts.get(axes.map(({ strides }) => strides[0]).join());
    isKnown &&= form !== undefined && n % 4 === 0;
    return form === "plane" ? { kind: form, address, n, planes: axes[1]!.size } : { kind: form ?? "row", address, n };
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
  let registers = 0;
  const inputs = kernel.inputs.map((view): Value => {
    const { dtype } = view;
    const address = encoder.address(view);
    if (sizeOf(view.shape) === elements) return { dtype, slot: direct(address, elements) };
    if (sizeOf(view.shape) === 1) return { dtype, slot: { kind: code.SLOT_SCALAR, address } };
    const axes = collapse(kernel.shape, broadcastStrides(view.shape, kernel.shape));
    return { dtype, slot: { kind: code.SLOT_BROADCAST, address, register: registers++, axes } };
  });
  const chain = new Chain(kernel, inputs);
  const generated = encoder.generates ? generatedOf(kernel, chain, encoder) : undefined;
  if (generated) {
    const operands = new Set(generated.steps.flatMap((step) => step.operands));
    const cost = 0.1 * (operands.size + generated.outputs.length) + 0.05 * generated.steps.length;
    encoder.call(functionOf(generated), elements, elements * cost);
    return;
  }
  const copies = giveOutputs(kernel, chain, encoder);
  registers = giveRegisters(chain.operations, new Set(copies.map(({ from }) => from)), registers);
  const steps = [
    ...chain.operations.map(({ step, result, operands }) => ({ step, result: result.slot!, operands })),
    ...copies.map(({ from, to }) => ({ step: stepOf(casts.copy), result: to, operands: [from] })),
  ];
  emitFused(steps, elements, registers, encoder);
}

const direct = (address: number, elements: number) =>
  ({ kind: code.SLOT_DIRECT, address, bytes: elements * 4 }) as const satisfies Slot;

interface Copy {
  readonly from: Value;
  readonly to: Slot;
}

/**
 * Has each output written where it belongs by its step, unless what lies there is still to be read in this block: such
 * values, and those that have a slot already, are copied in the end.
 */
function giveOutputs({ shape, outputs }: FusedKernel, chain: Chain, encoder: Encoder): Copy[] {
  const { operations } = chain;
  const isReadAfter = (at: number, address: number, bytes: number): boolean =>
    operations
      .slice(at + 1)
      .some(({ operands }) =>
        operands.some(
          ({ slot }) =>
            slot?.kind === code.SLOT_DIRECT && slot.address < address + bytes && address < slot.address + slot.bytes,
        ),
      );
  return outputs.flatMap(({ step, view }) => {
    const value = chain.result(step);
    const slot = direct(encoder.address(view), sizeOf(shape));
    const at = operations.findIndex(({ result }) => result === value);
    if (at < 0 || value.slot || isReadAfter(at, slot.address, slot.bytes)) return [{ from: value, to: slot }];
    value.slot = slot;
    return [];
  });
}

/** Registers for the results that have no slot, from `first` on; `kept` ones hold theirs to the end. Gives their number. */
function giveRegisters(operations: readonly Operation[], kept: ReadonlySet<Value>, first: number): number {
  const lastUse = new Map<Value, number>();
  operations.forEach(({ operands }, i) => {
    for (const value of operands) if (!kept.has(value)) lastUse.set(value, i);
  });
  let registers = first;
  const free: number[] = [];
  const own = new Map<Value, number>();
  operations.forEach(({ operands, result }, i) => {
    for (const value of new Set(operands)) {
      if (lastUse.get(value) === i && own.has(value)) free.push(own.get(value)!);
    }
    if (result.slot) return;
    const register = free.pop() ?? registers++;
    result.slot = { kind: code.SLOT_REGISTER, register };
    own.set(result, register);
  });
  return registers;
}

interface EmittedStep {
  readonly step: Step;
  readonly result: Slot;
  readonly operands: readonly Value[];
}

/** The scratch space of a thread: the table of slots, those that stay before those that move, then the registers. */
function emitFused(steps: readonly EmittedStep[], elements: number, registers: number, encoder: Encoder): void {
  const all = [...new Set(steps.flatMap(({ result, operands }) => [result, ...operands.map(({ slot }) => slot!)]))];
  const isMoving = ({ kind }: Slot): boolean => kind === code.SLOT_DIRECT || kind === code.SLOT_BROADCAST;
  const slots = [...all.filter((slot) => !isMoving(slot)), ...all.filter(isMoving)];
  const offsetOf = new Map(slots.map((slot, i) => [slot, i * code.SLOT_BYTES]));
  const registerAt = (register: number): number => slots.length * code.SLOT_BYTES + register * registerBytes;
  const slotWords = (slot: Slot): number[] => {
    const { kind } = slot;
    if (kind === code.SLOT_NUMBER) return recordWords("operand", { kind, value: slot.bits });
    if (kind === code.SLOT_REGISTER) return recordWords("operand", { kind, value: registerAt(slot.register) });
    const { address } = slot;
    if (kind !== code.SLOT_BROADCAST) return recordWords("operand", { kind, value: address });
    const { axes } = slot;
    const fields = { kind, register: registerAt(slot.register), address, rank: axes.length };
    const sizes = axes.map(({ size }) => size);
    return [...recordWords("broadcastOperand", fields), ...sizes, ...axes.map(({ strides }) => strides[0]!)];
  };
  const stepWords = ({ step, result, operands }: EmittedStep): number[] => {
    const [x = 0, y = 0, z = 0] = operands.map(({ slot }) => offsetOf.get(slot!)!);
    return recordWords("step", { number: step.number, result: offsetOf.get(result)!, x, y, z });
  };
  const moving = all.filter(isMoving).length;
  encoder.emit(
    "fused",
    { elements, fixed: slots.length - moving, moving, steps: steps.length },
    {
      records: [...slots.flatMap(slotWords), ...steps.flatMap(stepWords)],
      scratch: registerAt(registers),
      nanoseconds: elements * steps.reduce((sum, { step }) => sum + step.cost, 0.1),
    },
  );
}
