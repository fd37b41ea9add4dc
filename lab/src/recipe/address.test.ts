// Addresses: what is written is read back, and what no page has written is refused with its field.
import fc from "fast-check";
import { expect, it } from "vitest";
import { setNames, setOf } from "../sets/index.ts";
import { firstState, readAddress, stateOfSet, writeAddress } from "./address.ts";
import type { Intervention, LabState } from "./recipe.ts";

const step = fc.nat(1e6);
const intervention: fc.Arbitrary<Intervention> = fc.oneof(
  fc.record({ after: step, rate: fc.double({ min: 0, max: 10, noNaN: true }).map(Math.abs) }),
  fc.record({
    after: step,
    element: fc.tuple(fc.nat(9), fc.nat(99), fc.nat(99)).map(([l, i, j]) => `layers.${l}.weight[${i},${j}]`),
    value: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  }),
);
const state: fc.Arbitrary<LabState> = fc
  .record({
    data: fc.oneof(
      fc.record({
        kind: fc.constant("file" as const),
        name: fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" }),
        sha256: fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 64, maxLength: 64 }),
      }),
      fc.constantFrom(...setNames).map((name) => ({ kind: "set" as const, name, options: { noise: 0.25 } })),
    ),
    settings: fc.record({
      hidden: fc.array(fc.integer({ min: 1, max: 64 }), { maxLength: 4 }),
      activation: fc.constantFrom("relu" as const, "tanh" as const),
      learningRate: fc.double({ min: 1e-6, max: 10, noNaN: true }),
      target: fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" }),
      seed: fc.nat(1e9),
    }),
    interventions: fc.array(intervention, { maxLength: 5 }).map((all) => all.sort((a, b) => a.after - b.after)),
    step,
    row: fc.oneof(fc.constant("batch" as const), fc.nat(1000)),
    panels: fc.constant(["charts", "ledger"]),
    twins: fc.array(
      fc.record({
        learningRate: fc.double({ min: 1e-6, max: 10, noNaN: true }),
        hidden: fc.array(fc.integer({ min: 1, max: 64 }), { maxLength: 4 }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  })
  .filter(({ settings }) => !/[",]/.test(settings.target));

it("gives back the state that was written", () => {
  fc.assert(
    fc.property(state, (one) => {
      expect(readAddress(`#${writeAddress(one)}`)).toEqual(one);
    }),
  );
  for (const name of setNames) expect(readAddress(writeAddress(stateOfSet(name)))).toEqual(stateOfSet(name));
  expect(readAddress("#")).toEqual(firstState);
  expect(setOf("xor").title).toBe("XOR");
});

it.each([
  ["v=2&data=xor", /"v": it has version 2, and this page reads version 1/],
  ["data=xor", /"v": it has version none/],
  ["v=1&data=nothing", /"data": there is no built-in set "nothing"; there are circle/],
  ["v=1&data=xor&epochs=0", /"epochs": epochs must be a whole number of at least 1; got "0"/],
  ["v=1&data=xor&__proto__=1", /"__proto__": the page knows no such field/],
  ["v=1&data=xor&backend=reference", /"backend": the page knows no such field/],
  ["v=1&data=xor&step=-1", /"step"/],
  ["v=1&data=xor&step=1e99", /"step"/],
  ["v=1&data=xor&step=1&step=2", /"step": it is given more than once/],
  ["v=1&data=xor&set=3:layers.0.weight[0,0]=NaN", /"set"/],
  ["v=1&data=xor&set=3:<b>=1", /"set": "<b>" is no number/],
  ["v=1&data=%E0%A4%A", /"data": its letters are not encoded/],
  ["v=1&data=neuron&extra=x1²", /"extra": neuron has no feature/],
  ["v=1&data=xor&twins=target=x", /"twins": "target=x" must be a setting/],
  ["v=1&data=xor&twins=learningRate=-1", /"twins": .*learningRate/],
  ["v=1&data=xor&twins=", /"twins"/],
  ["v=1&data=xor&twins=seed=1|seed=2|seed=3|seed=4", /"twins": there are at most 3/],
  [`v=1&data=${"a".repeat(30_000)}`, /longer than 20000 letters/],
])("refuses %s", (text, message) => {
  expect(() => readAddress(text)).toThrow(message);
});

it("never throws anything else", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      try {
        readAddress(`v=1&${text}`);
      } catch (error) {
        expect(error).toHaveProperty("code", "INVALID_ARGUMENT");
      }
    }),
  );
});
