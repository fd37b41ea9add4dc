// The machine's two builds: one text, patched where a product and a sum become one instruction.
import { expect, it } from "vitest";
import { fusedSites, machineAlphabet, machineText } from "./machine.generated.ts";

it("fuses nothing but a product and a sum, in many places", () => {
  const instruction = (at: number) =>
    Array.from(machineText.slice(at, at + 3), (letter) => machineAlphabet.indexOf(letter));
  const [multiply, add] = [
    [0xfd, 0xe6, 0x01],
    [0xfd, 0xe4, 0x01],
  ];
  let at = 0;
  for (let i = 0; i < fusedSites.length; i += 2) {
    at += fusedSites[i]!;
    expect([instruction(at), instruction(at + fusedSites[i + 1]!)]).toEqual([multiply, add]);
  }
  // A tile of 4 × 8 has eight of them, a small product and its remainders more.
  expect(fusedSites.length / 2).toBeGreaterThan(100);
});
