// Plain data through JSON, with every number there is, and texts that look like one.
import fc from "fast-check";
import { expect, it } from "vitest";
import { exactJson, exactPart } from "./exact-json.ts";

it("gives back what it was given", () => {
  const leaf = fc.oneof(
    fc.double(),
    fc.constantFrom(NaN, Infinity, -Infinity, -0, null, true),
    fc.constantFrom("NaN", "Infinity", "-Infinity", "-0", "text:", "text:NaN", "text:text:-0"),
    fc.string(),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.array(tie("value")),
      fc.dictionary(fc.stringMatching(/^[a-z]+$/), tie("value")),
    ),
  }));
  fc.assert(
    fc.property(value, (one) => {
      const back = JSON.parse(exactJson(one), exactPart);
      expect(exactJson(back)).toBe(exactJson(one));
      expect([back]).toEqual([structuredClone(one)]);
    }),
  );
});
