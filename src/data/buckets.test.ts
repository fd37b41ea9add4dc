// Encoded rows in buckets: any bit that was changed where they are kept is told when they are read, and they are discarded.
import { expect, it } from "vitest";
import { BucketWriter, bucketsIn, type EncodedRows, layoutOf, validationIn, type WrittenLayout } from "./buckets.ts";
import { memoryStore } from "./row-store.ts";
import { wordsChecksum } from "./words-checksum.ts";

const features = 2;
const rowsOf = (rows: number, first: number): EncodedRows => ({
  rows,
  x: Float32Array.from({ length: rows * features }, (_, i) => first + i / 8),
  y: Int32Array.from({ length: rows }, (_, i) => i % 3),
  numbers: Int32Array.from({ length: rows }, (_, i) => first + i),
});

/** 5 rows in two buckets, the second with room for one more, and 2 for validation. */
async function written() {
  const layout = layoutOf(5, { features, targets: 1, areClasses: true, validation: 2, bytes: 48 });
  const writer = await BucketWriter.create(memoryStore(), layout, 1);
  await writer.addTrained(rowsOf(3, 1));
  await writer.addValidation(rowsOf(2, 100));
  await writer.addTrained(rowsOf(2, 4));
  const stored = await writer.finish((whole) => JSON.parse(JSON.stringify(whole)));
  return { stored, layout: stored.about as object as WrittenLayout };
}

it("are refused where any bit of a row was changed, and discarded", async () => {
  const { stored, layout } = await written();
  const bytes = await stored.read(0, 8 * 16);
  const refused: number[] = [];
  let discarded = 0;
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice();
    changed[at]! ^= 1 << (at % 8);
    const damaged = {
      ...stored,
      read: async (from: number, length: number) => changed.slice(from, from + length),
      discard: async () => void discarded++,
    };
    const { read } = bucketsIn(damaged, layout, "flights.csv");
    const all = Promise.all([read(0), read(1), validationIn(damaged, layout, "flights.csv")]);
    await all.catch(({ code }) => {
      expect(code).toBe("MALFORMED_DATA");
      refused.push(at);
    });
  }
  // Nothing was written to the third row of the second bucket: its number, features and target.
  const room = [
    [56, 4],
    [76, 8],
    [92, 4],
  ].flatMap(([from, length]) => Array.from({ length: length! }, (_, i) => from! + i));
  expect(refused).toEqual([...bytes.keys()].filter((at) => !room.includes(at)));
  expect(discarded).toBe(refused.length);
});

it("that end too early say of what they are, and how to have them again", async () => {
  const { stored, layout } = await written();
  const cut = { ...stored, read: async (_: number, length: number) => new Uint8Array(length) };
  await expect(bucketsIn(cut, layout, "flights.csv").read(1)).rejects.toThrow(
    "The encoded rows of flights.csv are damaged: 2 rows of bucket 2 of 2 must have the checksum with which they were written, and have another one. They are discarded: go on with the training, or begin it again, and all rows are encoded anew.",
  );
});

it("the checksum is MurmurHash3's, also in parts", () => {
  const words = Int32Array.of(0x64636261, 0x68676665, -1);
  // Of "abcd" with seed 0, before the last mixing.
  const last = (hash: number, length: number) => {
    let h = hash ^ length;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (h ^ (h >>> 16)) >>> 0;
  };
  expect(last(wordsChecksum(words.subarray(0, 1)), 4)).toBe(0x43ed676a);
  expect(wordsChecksum(words.subarray(1), wordsChecksum(words.subarray(0, 1)))).toBe(wordsChecksum(words));
});
