// What Arrow adds to a Parquet file: which columns are dictionaries (categories, factors) and which are durations.
import { isRecord } from "../../ir/json.ts";
import { ticksPerSecond } from "../typed-text.ts";

/** Of a column, by its name. */
export interface ArrowField {
  readonly isDictionary: boolean;
  /** Ticks per second, of a duration. */
  readonly duration: bigint | undefined;
}

interface KeyValue {
  readonly key: string;
  readonly value?: string;
}

/** Number of the type in Arrow's Schema.fbs. */
const durationType = 18;
const durationUnits = [1n, ticksPerSecond.MILLIS, ticksPerSecond.MICROS, ticksPerSecond.NANOS];

/**
 * From the metadata "ARROW:schema", which pyarrow, polars and R write (a message in Arrow's IPC format, in base64: Schema.fbs), and
 * from "pandas", which pandas writes by whatever engine. What cannot be read says nothing.
 */
export function arrowFields(metadata: readonly KeyValue[] = []): ReadonlyMap<string, ArrowField> {
  const fields = new Map<string, ArrowField>();
  const textOf = (key: string) => metadata.find((one) => one.key === key)?.value;
  try {
    for (const name of pandasCategories(JSON.parse(textOf("pandas") ?? "{}")))
      fields.set(name, { isDictionary: true, duration: undefined });
  } catch {
    // Not JSON.
  }
  try {
    const schema = textOf("ARROW:schema");
    if (schema !== undefined) for (const [name, field] of fieldsOf(schema)) fields.set(name, field);
  } catch {
    // No flatbuffer, or one that is cut off.
  }
  return fields;
}

function pandasCategories(pandas: unknown): string[] {
  const columns = isRecord(pandas) && Array.isArray(pandas.columns) ? pandas.columns.filter(isRecord) : [];
  return columns.filter((column) => column.pandas_type === "categorical").map(({ name }) => String(name));
}

function fieldsOf(base64: string): [string, ArrowField][] {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  // The message stands behind its length, and since Arrow 0.15 behind four bytes of 255.
  const start = view.getUint32(0, true) === 0xffffffff ? 8 : 4;
  const message = follow(view, start);
  const schema = fieldAt(view, message, 2);
  const list = schema && fieldAt(view, follow(view, schema), 1);
  if (!list) return [];
  const vector = follow(view, list);
  return Array.from({ length: view.getUint32(vector, true) }, (_, i): [string, ArrowField] => {
    const field = follow(view, vector + 4 + 4 * i);
    const name = follow(view, fieldAt(view, field, 0)!);
    const text = bytes.subarray(name + 4, name + 4 + view.getUint32(name, true));
    const typeNumber = fieldAt(view, field, 2);
    const type = fieldAt(view, field, 3);
    const unit = type && fieldAt(view, follow(view, type), 0);
    const isDuration = typeNumber !== undefined && view.getUint8(typeNumber) === durationType;
    return [
      new TextDecoder().decode(text),
      {
        isDictionary: fieldAt(view, field, 4) !== undefined,
        duration: isDuration ? durationUnits[unit === undefined ? 1 : view.getInt16(unit, true)] : undefined,
      },
    ];
  });
}

/** Where an offset leads to. */
const follow = (view: DataView, at: number): number => at + view.getUint32(at, true);

/** Where field `n` of a flatbuffer's table stands; undefined where it is left out. */
function fieldAt(view: DataView, table: number, n: number): number | undefined {
  const vtable = table - view.getInt32(table, true);
  if (4 + 2 * n >= view.getUint16(vtable, true)) return undefined;
  const offset = view.getUint16(vtable + 4 + 2 * n, true);
  return offset === 0 ? undefined : table + offset;
}
