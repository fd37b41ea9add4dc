// Event files of TensorBoard: frames, checksums, tags, and every figure read back by the published schema.
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { crc32c } from "../../ir/crc32.ts";
import type { TrainEvent } from "../../train/events.ts";
import { tableTraining } from "../test-events.ts";
import { eventFileWriter, framed, writeEventFile } from "./event-file.ts";
import { readEventFile, valuesOf } from "./test-event-file.ts";

describe("CRC-32C", () => {
  // RFC 3720, B.4
  it.each([
    [new Uint8Array(32), 0x8a9136aa],
    [new Uint8Array(32).fill(0xff), 0x62a8ab43],
    [Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    [new TextEncoder().encode("123456789"), 0xe3069283],
  ])("of %j", (bytes, checksum) => expect(crc32c(bytes)).toBe(checksum));

  it("goes on from a part", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
        expect(crc32c(b, crc32c(a))).toBe(crc32c(Uint8Array.of(...a, ...b)));
      }),
    );
  });
});

describe("the file of a training", () => {
  let events: readonly TrainEvent[];
  beforeAll(async () => {
    events = await tableTraining({ epochs: 3, activation: "relu" });
  });

  it("begins with its version and says who wrote it", () => {
    const [head] = readEventFile(writeEventFile(events));
    expect(head).toMatchObject({
      what: { case: "fileVersion", value: "brain.Event:2" },
      sourceMetadata: { writer: "chainrule" },
    });
  });

  it("is the same bytes each time", () => {
    expect(writeEventFile(events)).toEqual(writeEventFile(events));
  });

  it("has the scalars of every epoch and observation, as float32", () => {
    const file = readEventFile(writeEventFile(events));
    const told = (tag: string) =>
      valuesOf(file, tag).map(({ step, value }) => [step, value.case === "simpleValue" ? value.value : undefined]);
    const epochs = events.filter((event) => event.type === "epoch");
    const seen = events.filter((event) => event.type === "observation");
    expect(epochs.length).toBe(3);
    expect(told("loss/train")).toEqual(epochs.map(({ step, loss }) => [step, Math.fround(loss)]));
    for (const metric of ["loss", "accuracy"])
      expect(told(`${metric}/validation`)).toEqual(
        epochs.map(({ step, validation }) => [step, Math.fround(validation![metric]!)]),
      );
    expect(told("loss/batch")).toEqual(seen.map(({ step, loss }) => [step, Math.fround(loss)]));
    for (const { layer } of seen[0]!.ledger)
      expect(told(`ledger/product/${layer}`)).toEqual(
        seen.map(({ step, ledger }) => [step, Math.fround(ledger.find((row) => row.layer === layer)!.product)]),
      );
    // An observation and an epoch may end at one step, and tell the rate but once.
    const steps = told("learning_rate").map(([step]) => step);
    expect(steps).toEqual([...new Set([...seen, ...epochs].map(({ step }) => step))].sort((a, b) => a - b));
    expect(told("result/accuracy/validation")).toHaveLength(1);
  });

  it("has numbers beyond float32 as infinite, and the training goes on", () => {
    const last = events.findLast((event) => event.type === "epoch")!;
    const file = readEventFile(writeEventFile([{ ...last, loss: 1e39, learningRate: -1e300 }]));
    expect(valuesOf(file, "loss/train").map(({ value }) => value.value)).toEqual([Number.POSITIVE_INFINITY]);
    expect(valuesOf(file, "learning_rate").map(({ value }) => value.value)).toEqual([Number.NEGATIVE_INFINITY]);
  });

  it("has the histograms of gradients, updates and values over their exponents", () => {
    const file = readEventFile(writeEventFile(events));
    const seen = events.filter((event) => event.type === "observation");
    const { parameters, values } = seen[0]!;
    for (const { name } of parameters)
      for (const what of ["gradient", "update"] as const)
        expect(valuesOf(file, `${what}/${name}`).map(({ value }) => exponentsIn(value))).toEqual(
          seen.map((one) => one.parameters.find((parameter) => parameter.name === name)![what].exponents),
        );
    for (const { name } of values)
      expect(valuesOf(file, `value/${name}`).map(({ value }) => exponentsIn(value))).toEqual(
        seen.map((one) => one.values.find((value) => value.name === name)!.value.exponents),
      );
    const [first] = valuesOf(file, `gradient/${parameters[0]!.name}`);
    expect(first).toMatchObject({ metadata: { pluginData: { pluginName: "histograms" } } });
  });
});

/** A histogram as a sketch has it. */
function exponentsIn(value: ReturnType<typeof valuesOf>[number]["value"]): number[] {
  if (value.case !== "histo") throw new Error(`a ${value.case}, not a histogram`);
  const { min, max, num, bucket, bucketLimit } = value.value;
  expect(bucketLimit).toEqual(bucket.map((_, k) => min + k + 1));
  expect([max - min, num]).toEqual([bucket.length, bucket.reduce((a, b) => a + b, 0)]);
  return bucket.length === 0 ? [] : [min, ...bucket];
}

it("a training that goes on replaces what was told of later steps", () => {
  const writer = eventFileWriter();
  const events = readEventFile(writer.begin(1.5, 12));
  expect(events).toMatchObject([{ wallTime: 1.5 }, { wallTime: 1.5, step: 13n, what: { case: "sessionLog" } }]);
});

it("a loss that is not finite stays one", () => {
  const failure: TrainEvent = {
    ...{ type: "failure", step: 7, epoch: 1, loss: Number.NaN, learningRate: 1, lossesBefore: [] },
  };
  expect(valuesOf(readEventFile(writeEventFile([failure])), "loss/batch")).toMatchObject([
    { step: 7, value: { case: "simpleValue", value: Number.NaN } },
  ]);
});

it("a changed byte is seen by a checksum", () => {
  const file = writeEventFile([]);
  fc.assert(
    fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const other = Uint8Array.from(file);
      other[at]! ^= change;
      expect(() => readEventFile(other)).toThrow();
    }),
  );
});

it("a record is framed as by TensorBoard's own writer", () => {
  // tensorboard.summary.writer.record_writer.RecordWriter(file).write(b"chainrule")
  const bytes = "090000000000000037f97139636861696e72756c6592a814d8";
  expect(Buffer.from(framed(new TextEncoder().encode("chainrule"))).toString("hex")).toBe(bytes);
});
