// Columns of a DuckDB result by their types, and their values as cells: each type as exact as the database has it.
import type { DuckDBType, DuckDBValue } from "@duckdb/node-api";
import { toCell } from "./rows.ts";
import type { Cell } from "./table.ts";
import type { TypedColumn } from "./typed-columns.ts";
import {
  dayText,
  decimalText,
  durationText,
  momentText,
  shortestFloat32,
  ticksPerSecond,
  timeText,
} from "./typed-text.ts";

export type DuckDB = typeof import("@duckdb/node-api");

type QueryColumn = TypedColumn<number, DuckDBValue>;

const { MILLIS, MICROS, NANOS } = ticksPerSecond;

export function columnsOfResult(duckdb: DuckDB, names: readonly string[], types: readonly DuckDBType[]): QueryColumn[] {
  const { DuckDBStructType, DuckDBStructValue, DuckDBTypeId } = duckdb;
  return names.flatMap((outer, of) => {
    const columns: QueryColumn[] = [];
    const open: { name: string; type: DuckDBType; from: (value: DuckDBValue) => DuckDBValue }[] = [
      { name: outer, type: types[of]!, from: (value) => value },
    ];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { name, type, from } = next;
      if (type instanceof DuckDBStructType) {
        const fields = type.entryNames.map((key, i) => ({
          name: `${name}.${key}`,
          type: type.entryTypes[i]!,
          from(value: DuckDBValue): DuckDBValue {
            const struct = from(value);
            return struct instanceof DuckDBStructValue ? (struct.entries[key] ?? null) : null;
          },
        }));
        for (const field of fields.reverse()) open.push(field);
        continue;
      }
      const read = readerOf(duckdb, type);
      const { typeId } = type;
      const nested =
        typeId === DuckDBTypeId.LIST || typeId === DuckDBTypeId.ARRAY
          ? ({ nested: "lists" } as const)
          : typeId === DuckDBTypeId.MAP && ({ nested: "maps" } as const);
      const declared = typeId === DuckDBTypeId.ENUM && ({ declared: "category" } as const);
      columns.push({
        name,
        of,
        cell(value) {
          const inner = from(value);
          return inner === null ? null : read(inner);
        },
        ...nested,
        ...declared,
      });
    }
    return columns;
  });
}

/** Cells of one type. */
function readerOf(duckdb: DuckDB, { typeId }: DuckDBType): (value: DuckDBValue) => Cell {
  if (typeId === duckdb.DuckDBTypeId.FLOAT) return (value) => shortestFloat32(value as number);
  return (value) => toCell(plain(duckdb, value));
}

/** A value as a cell; lists and maps as arrays and objects of these, up to 100 levels deep. */
function plain(duckdb: DuckDB, value: DuckDBValue, depth = 0): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (depth > 100) return String(value);
  const inner = (one: DuckDBValue) => {
    const made = plain(duckdb, one, depth + 1);
    return typeof made === "bigint" ? toCell(made) : made;
  };
  if (value instanceof duckdb.DuckDBListValue || value instanceof duckdb.DuckDBArrayValue)
    return value.items.map(inner);
  if (value instanceof duckdb.DuckDBStructValue)
    return Object.fromEntries(Object.entries(value.entries).map(([key, one]) => [key, inner(one)]));
  if (value instanceof duckdb.DuckDBMapValue)
    return Object.fromEntries(value.entries.map(({ key, value: one }) => [String(inner(key)), inner(one)]));
  if (value instanceof duckdb.DuckDBUnionValue) return inner(value.value);
  return scalarText(duckdb, value);
}

/** Infinite moments, intervals of months and rarer types are written as DuckDB writes them. */
function scalarText(duckdb: DuckDB, value: object): string {
  if (value instanceof duckdb.DuckDBDateValue)
    return value.isFinite ? dayText(value.days) : value.days > 0 ? "infinity" : "-infinity";
  if (value instanceof duckdb.DuckDBTimestampValue && value.isFinite) return momentText(value.micros, MICROS, false);
  if (value instanceof duckdb.DuckDBTimestampTZValue && value.isFinite) return momentText(value.micros, MICROS, true);
  if (value instanceof duckdb.DuckDBTimestampNanosecondsValue && value.isFinite)
    return momentText(value.nanos, NANOS, false);
  if (value instanceof duckdb.DuckDBTimestampMillisecondsValue && value.isFinite)
    return momentText(value.millis, MILLIS, false);
  if (value instanceof duckdb.DuckDBTimestampSecondsValue && value.isFinite)
    return momentText(value.seconds, 1n, false);
  if (value instanceof duckdb.DuckDBTimeValue) return timeText(value.micros, MICROS);
  if (value instanceof duckdb.DuckDBDecimalValue) return decimalText(value.value, value.scale);
  if (value instanceof duckdb.DuckDBIntervalValue && value.months === 0)
    return durationText(BigInt(value.days) * 86_400_000_000n + value.micros, MICROS);
  return String(value);
}
