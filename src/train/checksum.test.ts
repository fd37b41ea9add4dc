// The checksum of a saved model: any change of its weights or of what it says is told, and files without one are read.
import { describe, expect, it } from "vitest";
import { crc32 } from "../ir/crc32.ts";
import { dense, initialize } from "../nn/index.ts";
import { decodeModel, encodeModel } from "./model-file.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";

const model = dense(3, 2);
const saved = encodeModel({ model, variables: initialize(model) });

it("CRC-32 is that of gzip, also in parts", () => {
  const bytes = new TextEncoder().encode("123456789");
  expect(crc32(bytes).toString(16)).toBe("cbf43926");
  expect(crc32(bytes.subarray(5), crc32(bytes.subarray(0, 5))).toString(16)).toBe("cbf43926");
  expect(crc32(new Uint8Array(0))).toBe(0);
});

describe("a saved model", () => {
  it("is read", () => {
    expect(decodeModel(saved).kind).toBe("network");
    expect(Object.keys(decodeSafetensors(saved).metadata)).toEqual(["chainrule.content", "chainrule.model"]);
  });

  it("of which any bit was changed is refused, or is the same", () => {
    const contents = (bytes: Uint8Array) => [...decodeSafetensors(bytes).tensors];
    let refused = 0;
    for (let at = 0; at < saved.length; at++) {
      const changed = saved.slice();
      changed[at]! ^= 1 << (at % 8);
      try {
        decodeModel(changed);
        // In the name of the checksum, or a blank that became another one.
        expect(contents(changed), `byte ${at}`).toEqual(contents(saved));
      } catch (error) {
        expect(error).toMatchObject({ code: "INVALID_MODEL" });
        refused++;
      }
    }
    expect(refused / saved.length).toBeGreaterThan(0.9);
    const changed = saved.slice();
    changed[saved.length - 2]! ^= 1;
    expect(() => decodeModel(changed)).toThrow(
      "the model is not usable: as safetensors, its checksum must hold, and does not: something in it was changed since it was saved.",
    );
  });

  it("is read without a checksum, as those of before, and in another order", () => {
    const { tensors, metadata } = decodeSafetensors(saved);
    expect(decodeModel(encodeSafetensors(tensors, metadata)).kind).toBe("network");
  });
});
