// Instructions and records as words: fields by their names, in the order in which the machine reads them.
import { floatBits } from "./float-bits.ts";
import type { InstructionFields, InstructionName, RecordFields, RecordName } from "./instructions.ts";
import * as table from "./tables.generated.ts";

type Field = readonly [name: string, type?: string];

const fieldsOf = (list: string): Field[] => list.split(" ").map((field) => field.split(":") as [string, string?]);
const instructions = new Map(
  Object.entries(table.instructions).map(([name, list], i) => [name, { opcode: i + 1, fields: fieldsOf(list) }]),
);
const records = new Map(Object.entries(table.records).map(([name, list]) => [name, fieldsOf(list)]));

const wordsOf = (fields: readonly Field[], values: Readonly<Record<string, number>>): number[] =>
  fields.map(([name, type]) => (type ? floatBits(values[name]!) : values[name]!));

/** Opcode and fields. */
export function instructionWords<N extends InstructionName>(name: N, values: InstructionFields<N>): number[] {
  const { opcode, fields } = instructions.get(name)!;
  return [opcode, ...wordsOf(fields, values)];
}

export const recordWords = <N extends RecordName>(name: N, values: RecordFields<N>): number[] =>
  wordsOf(records.get(name)!, values);
