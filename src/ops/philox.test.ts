// Philox against the known answers published with Random123 (kat_vectors, philox4x32 10).
import { expect, test } from "vitest";
import { philox } from "./philox.ts";

const ones = 0xffffffff;

test.each([
  ["zeros", [0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
  ["ones", [ones, ones, ones, ones], [ones, ones], [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]],
  [
    "digits of pi",
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
] as const)("%s", (_, [c0, c1, c2, c3], [k0, k1], expected) => {
  const out = new Uint32Array(4);
  philox(c0, c1, c2, c3, k0, k1, out);
  expect([...out]).toEqual(expected);
  philox(c0 | 0, c1 | 0, c2 | 0, c3 | 0, k0 | 0, k1 | 0, out); // keys are stored as int32
  expect([...out]).toEqual(expected);
});
