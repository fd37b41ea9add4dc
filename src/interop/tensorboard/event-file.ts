// An event file of TensorBoard: its records, from the events of a training.
//
// A record of a TFRecord file is [length: uint64, CRC of it: uint32, data, CRC of it: uint32], little endian. A CRC is
// CRC-32C, masked: rotated right by 15 bits, plus 0xa282ead8 (tensorflow/core/lib/hash/crc32c.h).
import { create, toBinary } from "@bufbuild/protobuf";
import { crc32c } from "../../ir/crc32.ts";
import type { TrainEvent } from "../../train/events.ts";
import { joined } from "../../train/safetensors.ts";
import { EventSchema, SessionLog_SessionStatus } from "../schemas/tensorboard/compat/proto/event.generated.ts";
import { Summaries } from "./summaries.ts";

/** Writes what follows each other in one file. Times are in seconds since 1970, UTC. */
export interface EventFileWriter {
  /** The head of the file; a training that goes on after `step` replaces what other files of the folder say of later ones. */
  begin(time: number, step?: number): Uint8Array;
  /** What an event of the training adds: nothing for some. */
  add(event: TrainEvent, time: number): Uint8Array;
}

export function eventFileWriter(): EventFileWriter {
  const summaries = new Summaries();
  return {
    begin(wallTime, step) {
      const head = create(EventSchema, {
        wallTime,
        what: { case: "fileVersion", value: "brain.Event:2" },
        sourceMetadata: { writer: "chainrule" },
      });
      const restart =
        step !== undefined &&
        create(EventSchema, {
          wallTime,
          // TensorBoard drops what it has read of this step and later ones.
          step: BigInt(step + 1),
          what: { case: "sessionLog", value: { status: SessionLog_SessionStatus.START } },
        });
      return joined([head, ...(restart ? [restart] : [])].map((event) => framed(toBinary(EventSchema, event))));
    },
    add(event, wallTime) {
      const { step, value } = summaries.of(event);
      if (value.length === 0) return new Uint8Array(0);
      const summary = create(EventSchema, {
        wallTime,
        step: BigInt(step),
        what: { case: "summary", value: { value } },
      });
      return framed(toBinary(EventSchema, summary));
    },
  };
}

/** A whole file. The events of a run have no times, so that all of them have time 0: the same run gives the same bytes. */
export function writeEventFile(events: readonly TrainEvent[]): Uint8Array {
  const writer = eventFileWriter();
  return joined([writer.begin(0), ...events.map((event) => writer.add(event, 0))]);
}

const masked = (bytes: Uint8Array): number => {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
};

/** A record of a TFRecord file. */
export function framed(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(data.length + 16);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, masked(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, masked(data), true);
  return record;
}
