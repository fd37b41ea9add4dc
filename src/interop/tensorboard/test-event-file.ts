// For tests: reads an event file of TensorBoard back, with every checksum checked.
import { fromBinary } from "@bufbuild/protobuf";
import { crc32c } from "../../ir/crc32.ts";
import { type Event, EventSchema } from "../schemas/tensorboard/compat/proto/event.generated.ts";

const masked = (bytes: Uint8Array): number => {
  const crc = BigInt(crc32c(bytes));
  return Number((((crc >> 15n) | (crc << 17n)) + 0xa282ead8n) & 0xffffffffn);
};

export function readEventFile(bytes: Uint8Array): Event[] {
  const events: Event[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    if (masked(bytes.subarray(at, at + 8)) !== view.getUint32(at + 8, true)) throw new Error(`length at ${at}`);
    const length = Number(view.getBigUint64(at, true));
    const data = bytes.subarray(at + 12, at + 12 + length);
    if (masked(data) !== view.getUint32(at + 12 + length, true)) throw new Error(`data at ${at + 12}`);
    events.push(fromBinary(EventSchema, data));
    at += length + 16;
  }
  return events;
}

/** All that a file tells of a tag. */
export const valuesOf = (events: readonly Event[], tag: string) =>
  events.flatMap(({ step, what }) =>
    what.case === "summary"
      ? what.value.value.filter((value) => value.tag === tag).map((value) => ({ ...value, step: Number(step) }))
      : [],
  );
