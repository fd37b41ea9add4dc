// Instructions and records as words: fields by their names, in the order in which the machine reads them.
import { floatBits } from "./float-bits.ts";
import type { InstructionFields, InstructionName, RecordFields, RecordName } from "./instructions.ts";
import * as table from "./tables.generated.ts";

const layouts = new Map(
  Object.entries(table.fields).map(([name, list], i) => [
    name,
    { opcode: i + 1, fields: list.split(" ").map((field) => field.split(":") as [name: string, type?: string]) },
  ]),
);

const wordsOf = (name: string, values: Readonly<Record<string, number>>): number[] =>
  layouts.get(name)!.fields.map(([field, type]) => (type ? floatBits(values[field]!) : values[field]!));

/** Opcode and fields. */
export const instructionWords = <N extends InstructionName>(name: N, values: InstructionFields<N>): number[] => [
  layouts.get(name)!.opcode,
  ...wordsOf(name, values),
];

export const recordWords: <N extends RecordName>(name: N, values: RecordFields<N>) => number[] = wordsOf;
