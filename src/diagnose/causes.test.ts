// Causes before symptoms: of any verdicts each is named once, after what brings it about.
import fc from "fast-check";
import { expect, it } from "vitest";
import { underCauses } from "./causes.ts";
import { detectorOf, detectors, type VerdictKind, verdictKinds } from "./detectors.ts";
import type { Severity } from "./finding.ts";
import type { Verdict } from "./verdict.ts";

const verdict = (kind: VerdictKind, severity: Severity, sinceStep: number): Verdict => ({
  ...{ kind, severity, sinceStep, layers: [], message: "", evidence: {}, cause: {}, confidence: 1 },
});

const anyVerdicts = fc.uniqueArray(
  fc
    .record({
      kind: fc.constantFrom(...verdictKinds),
      severity: fc.constantFrom<Severity>("info", "warning", "severe"),
      sinceStep: fc.nat(400),
    })
    .map(({ kind, severity, sinceStep }) => verdict(kind, severity, sinceStep)),
  { selector: ({ kind }) => kind },
);

it("names each verdict once, what follows from another after it and before the next cause", () => {
  fc.assert(
    fc.property(anyVerdicts, (verdicts) => {
      const named = underCauses(verdicts, detectorOf);
      expect(named.map(({ kind }) => kind).sort()).toEqual(verdicts.map(({ kind }) => kind).sort());
      for (const [at, { kind, consequenceOf }] of named.entries()) {
        if (consequenceOf === undefined) continue;
        expect(detectorOf(kind).causes).toContain(consequenceOf);
        const cause = verdicts.find((one) => one.kind === consequenceOf)!;
        expect(cause.severity).not.toBe("info");
        // Its cause stands before it, with no other cause than theirs in between.
        const root = named.slice(0, at).findLastIndex((one) => one.consequenceOf === undefined);
        expect(named.slice(root).map((one) => one.kind)).toContain(consequenceOf);
      }
    }),
  );
});

it("has causes that are kinds, none of which brings itself about by way of others", () => {
  const reached = (kind: string, way: readonly string[]): void => {
    expect(verdictKinds).toContain(kind);
    expect(way).not.toContain(kind);
    for (const cause of detectorOf(kind as VerdictKind).causes) reached(cause, [...way, kind]);
  };
  for (const { kind } of detectors) reached(kind, []);
});

it("takes what was there first and is as bad for the cause", () => {
  const kinds = (...verdicts: Verdict[]) =>
    underCauses(verdicts, detectorOf).map(({ kind, consequenceOf }) => [kind, consequenceOf]);
  const dead = verdict("dead-units", "severe", 1);
  expect(kinds(dead, verdict("unscaled-feature", "severe", 0))).toEqual([
    ["unscaled-feature", undefined],
    ["dead-units", "unscaled-feature"],
  ]);
  for (const other of [verdict("unscaled-feature", "warning", 0), verdict("unscaled-feature", "severe", 200)])
    expect(kinds(dead, other).map(([, cause]) => cause)).toEqual([undefined, undefined]);
});
