// Columns of a Parquet file by its schema, and their values as cells: each type as exact as the file has it.
import type { FileMetaData, SchemaElement } from "hyparquet";
import { ChainruleError } from "../../ir/errors.ts";
import { toCell } from "../rows.ts";
import type { Cell } from "../table.ts";
import type { Nested, TypedColumn } from "../typed-columns.ts";
import {
  dayText,
  decimalText,
  durationText,
  momentText,
  shortestFloat32,
  ticksPerSecond,
  timeText,
} from "../typed-text.ts";
import { quote } from "../wording.ts";
import { type ArrowField, arrowFields } from "./arrow-schema.ts";

export type ParquetColumn = TypedColumn<string, unknown>;

/** Options for hyparquet: values come as they are stored where these columns read them. */
export const rawValues = {
  utf8: false,
  geoparquet: false,
  // INT96, which old programs write moments with, comes by this alone.
  parsers: { timestampFromNanoseconds: (nanoseconds: bigint) => momentText(nanoseconds, ticksPerSecond.NANOS, true) },
} as const;

interface Node {
  readonly element: SchemaElement;
  readonly children: readonly Node[];
}

const deepest = 100;

/**
 * The columns of a file. Takes the types out of its metadata that hyparquet would read with less than they hold: decimals would
 * become floats, moments lose what is below a millisecond.
 */
export function columnsOf(metadata: FileMetaData): ParquetColumn[] {
  const arrow = arrowFields(metadata.key_value_metadata);
  const [root] = treeOf(metadata.schema);
  return root!.children.flatMap((node) => {
    const { name } = node.element;
    return [...columnsOfNode(node, name, name, (value) => value, arrow.get(name))];
  });
}

function* columnsOfNode(
  node: Node,
  name: string,
  of: string,
  from: (value: unknown) => unknown,
  field?: ArrowField,
): Generator<ParquetColumn> {
  const kind = kindOf(node);
  if (kind === "struct") {
    for (const child of node.children) {
      const key = child.element.name;
      const inner = (value: unknown) => (from(value) as Record<string, unknown> | null | undefined)?.[key];
      yield* columnsOfNode(child, `${name}.${key}`, of, inner);
    }
    return;
  }
  const read = readerOf(node, field);
  if (kind === "value") {
    yield {
      name,
      of,
      cell: (value) => read(from(value)) as Cell,
      ...(field?.isDictionary && { declared: "category" }),
    };
  } else yield { name, of, cell: (value) => toCell(read(from(value))), nested: kind };
}

/** What hyparquet makes of a node. */
function kindOf({ element, children }: Node): "value" | "struct" | Nested {
  const { converted_type: type, logical_type: logical, repetition_type: repetition } = element;
  if (repetition === "REPEATED") return "lists";
  if (children.length === 0 || logical?.type === "VARIANT") return "value";
  if (type === "LIST") return "lists";
  return type === "MAP" || type === "MAP_KEY_VALUE" ? "maps" : "struct";
}

/** Reads a value: plain ones as cells, lists and maps as arrays and objects of these. */
function readerOf(node: Node, field?: ArrowField): (value: unknown) => unknown {
  const { element, children } = node;
  if (element.logical_type?.type === "VARIANT") return toCell;
  if (element.repetition_type === "REPEATED") {
    const one = readerOf({ element: { ...element, repetition_type: "OPTIONAL" }, children });
    return (value) => (Array.isArray(value) ? value.map(one) : one(value));
  }
  const kind = kindOf(node);
  if (kind === "value") return orNull(valueReader(element, field));
  if (kind === "struct") {
    const readers = children.map((child) => [child.element.name, readerOf(child)] as const);
    return orNull((value) => Object.fromEntries(readers.map(([name, read]) => [name, read((value as never)[name])])));
  }
  if (kind === "lists") {
    // LIST: a repeated group around the element; in old files the repeated element itself.
    const inner = children[0]!;
    const item =
      inner.children.length === 1
        ? inner.children[0]!
        : { ...inner, element: { ...inner.element, repetition_type: "OPTIONAL" as const } };
    const read = readerOf(item);
    return orNull((value) => (value as unknown[]).map(read));
  }
  const read = readerOf(children[0]!.children[1]!);
  return orNull((value) =>
    Object.fromEntries(Object.entries(value as object).map(([key, inner]) => [key, read(inner)])),
  );
}

const orNull =
  (read: (value: unknown) => unknown) =>
  (value: unknown): unknown =>
    value === null || value === undefined ? null : read(value);

type Integer = number | bigint;

/** Of one type. Takes it out of the schema where hyparquet shall leave the value as it is stored. */
function valueReader(element: SchemaElement, field?: ArrowField): (value: unknown) => Cell {
  const { type, converted_type: converted, logical_type: logical } = element;
  const raw = (read: (value: never) => Cell) => {
    delete element.converted_type;
    delete element.logical_type;
    return read as (value: unknown) => Cell;
  };
  if (converted === "DECIMAL" || logical?.type === "DECIMAL") {
    const scale = logical?.type === "DECIMAL" ? logical.scale : (element.scale ?? 0);
    return raw((value: Integer | Uint8Array) => decimalText(wholeOf(value), scale));
  }
  if (converted === "DATE" || logical?.type === "DATE") return raw(dayText);
  if (logical?.type === "TIME") return raw((value: Integer) => timeText(BigInt(value), ticksPerSecond[logical.unit]));
  if (converted === "TIME_MILLIS") return raw((value: Integer) => timeText(BigInt(value), ticksPerSecond.MILLIS));
  if (converted === "TIME_MICROS") return raw((value: Integer) => timeText(BigInt(value), ticksPerSecond.MICROS));
  if (logical?.type === "TIMESTAMP") {
    const { unit, isAdjustedToUTC } = logical;
    return raw((value: bigint) => momentText(value, ticksPerSecond[unit], isAdjustedToUTC));
  }
  if (converted === "TIMESTAMP_MILLIS") return raw((value: bigint) => momentText(value, ticksPerSecond.MILLIS, true));
  if (converted === "TIMESTAMP_MICROS") return raw((value: bigint) => momentText(value, ticksPerSecond.MICROS, true));
  if (converted === "INTERVAL") return raw(intervalText);
  if (converted === "JSON" || converted === "BSON") return raw(bytesText);
  const isUnsigned = converted?.startsWith("UINT_") || (logical?.type === "INTEGER" && !logical.isSigned);
  if (isUnsigned) {
    return raw((value: Integer) => (typeof value === "bigint" ? toCell(BigInt.asUintN(64, value)) : value >>> 0));
  }
  const duration = field?.duration;
  if (type === "INT64" && duration) return raw((value: bigint) => durationText(value, duration));
  if (type === "FLOAT") return (value) => shortestFloat32(value as number);
  return (value) => (value instanceof Uint8Array ? bytesText(value) : toCell(value));
}

/** Two's complement, the highest byte first. */
function wholeOf(value: Integer | Uint8Array): bigint {
  if (!(value instanceof Uint8Array)) return BigInt(value);
  return value.length === 0 ? 0n : BigInt.asIntN(8 * value.length, BigInt(`0x${hexOf(value)}`));
}

/** Months, days and milliseconds, of which months have no fixed length. */
function intervalText(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [months, days, milliseconds] = [0, 4, 8].map((at) => view.getUint32(at, true)) as [number, number, number];
  const rest = durationText(BigInt(days) * 86_400_000n + BigInt(milliseconds), ticksPerSecond.MILLIS);
  return months === 0 ? rest : `${months} ${months === 1 ? "month" : "months"} ${rest}`;
}

/** As text where it is some, as old programs write it without saying so; otherwise hexadecimal. */
function bytesText(bytes: Uint8Array): string {
  if (bytes.some((byte) => byte < 9 || (byte > 13 && byte < 32))) return hexOf(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return hexOf(bytes);
  }
}

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The tree that a schema lists depth first. @throws ChainruleError MALFORMED_DATA beyond 100 levels */
function treeOf(schema: readonly SchemaElement[]): Node[] {
  const root: Node[] = [];
  const open: { readonly into: Node[]; left: number }[] = [{ into: root, left: 1 }];
  for (const element of schema) {
    while (open.at(-1)?.left === 0) open.pop();
    const parent = open.at(-1);
    if (parent === undefined) break;
    parent.left--;
    const children: Node[] = [];
    parent.into.push({ element, children });
    if (open.length > deepest)
      throw new ChainruleError("MALFORMED_DATA", `${quote(element.name)} lies more than ${deepest} levels deep`);
    if (element.num_children) open.push({ into: children, left: element.num_children });
  }
  return root;
}
