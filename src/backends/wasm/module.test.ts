// The machine's two builds: one text, in which a product and a sum become one instruction.
import { expect, it } from "vitest";
import { machineAlphabet, machineText } from "./machine.generated.ts";
import { machineBytes } from "./module.ts";

it("fuses nothing but a product and a sum, in many places", () => {
  const [plain, relaxed] = [machineBytes("plain"), machineBytes("relaxed")];
  expect(plain.length).toBe(relaxed.length);
  const [multiply, add] = ["fd e6 01", "fd e4 01"];
  const [gap, multiplyAdd] = ["01 01 01", "fd 85 02"];
  const changes = new Map<string, number>();
  for (let at = 0; at < plain.length; at++) {
    if (plain[at] === relaxed[at]) continue;
    // Of the second instruction the first byte, the prefix, stays.
    const from = plain[at] === 0xfd ? at : at - 1;
    const hex = (bytes: Uint8Array) =>
      Array.from(bytes.slice(from, from + 3), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const change = `${hex(plain)} → ${hex(relaxed)}`;
    changes.set(change, (changes.get(change) ?? 0) + 1);
    at = from + 2;
  }
  const products = changes.get(`${multiply} → ${gap}`);
  // A tile of 4 × 8 has eight of them, a small product and its remainders more.
  expect(products).toBeGreaterThan(100);
  expect([...changes]).toEqual(
    expect.arrayContaining([
      [`${multiply} → ${gap}`, products],
      [`${add} → ${multiplyAdd}`, products],
    ]),
  );
  expect(changes.size).toBe(2);
  expect(machineAlphabet.length).toBe(259);
  expect(machineText.length).toBeLessThan(plain.length);
});
