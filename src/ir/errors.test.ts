// Errors travel between a page and its worker as plain data, and arrive as they were.
import { MessageChannel } from "node:worker_threads";
import { expect, it } from "vitest";
import { tensor } from "../index.ts";
import { ChainruleError, type PlainError } from "./errors.ts";

const error = new ChainruleError(
  "RAGGED_ROW",
  "Row 3 has 4 cells; it must have 5.",
  { row: 3, cells: [1, Number.NaN, Number.NEGATIVE_INFINITY], data: Float32Array.of(1, 2) },
  { cause: new RangeError("out of range") },
);

const asBefore = (received: ChainruleError, sent: ChainruleError) => {
  expect(received).toBeInstanceOf(ChainruleError);
  const { name, message, code, details, where, stack } = sent;
  expect(received).toMatchObject({ name, message, code, details, where, stack });
};

it("survives a structured clone as plain data, with code, details, place, stack and cause", () => {
  const received = ChainruleError.fromPlain(structuredClone(error.toPlain()));
  asBefore(received, error);
  expect(error.where).toMatch(/errors\.test\.ts/);
  expect(received.cause).toMatchObject({ name: "RangeError", message: "out of range" });
  expect(error.toPlain().dropped).toEqual([]);
});

it("survives a message to another thread", async () => {
  const { port1, port2 } = new MessageChannel();
  const message = new Promise<PlainError>((resolve) => port2.once("message", resolve));
  port1.postMessage(error.toPlain());
  asBefore(ChainruleError.fromPlain(await message), error);
  port1.close();
});

it("names the details that are no plain data, however deep, and leaves them out", () => {
  let deep: unknown = 1;
  for (let i = 0; i < 100_000; i++) deep = [deep];
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  const variables = { parameters: { layers: [{ weight: tensor([1, 2]) }] } };
  const details = { step: 4, deep, circle, variables, hook: () => {}, list: [{ at: 1 }] };
  const plain = new ChainruleError("NON_FINITE_LOSS", "The loss became NaN.", details).toPlain();
  expect(plain.dropped).toEqual(["variables", "hook"]);
  expect(Object.keys(plain.details)).toEqual(["step", "deep", "circle", "list"]);
  expect(plain.where).toMatch(/errors\.test\.ts/);
});
