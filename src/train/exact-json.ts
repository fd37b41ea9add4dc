// JSON that keeps every number: plain data with NaN, infinities and −0, for which JSON has no form.

/** Numbers that JSON has no form for, by the texts that stand for them. */
const notInJson: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
  "-0": -0,
};

/** Stands before a text that would be taken for a number, or begins so. */
const mark = "text:";

function written(part: unknown): unknown {
  if (typeof part === "number") return Object.keys(notInJson).find((text) => Object.is(notInJson[text], part)) ?? part;
  if (typeof part !== "string") return part;
  return Object.hasOwn(notInJson, part) || part.startsWith(mark) ? mark + part : part;
}

export const exactJson = (value: unknown): string => JSON.stringify(value, (_, part: unknown) => written(part));

/** The reviver of JSON.parse for what `exactJson` wrote. */
export function exactPart(_: string, part: unknown): unknown {
  if (typeof part !== "string") return part;
  if (Object.hasOwn(notInJson, part)) return notInJson[part];
  return part.startsWith(mark) ? part.slice(mark.length) : part;
}
