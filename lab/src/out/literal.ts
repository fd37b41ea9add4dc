// Values as TypeScript writes them.

/** Letters of a line. */
const width = 100;

/** Plain data, in lines that begin with `indent`; what is undefined is left out. */
export function literal(value: unknown, indent = ""): string {
  const line = inLine(value);
  if (indent.length + line.length <= width || typeof value !== "object" || value === null) return line;
  const isList = Array.isArray(value);
  const parts = isList ? value.map(inLine) : entriesOf(value);
  const inner = `${indent}  `;
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + part.length + 3 <= width) lines[lines.length - 1] = `${last} ${part},`;
    else lines.push(`${inner}${part},`);
  }
  return [isList ? "[" : "{", ...lines, `${indent}${isList ? "]" : "}"}`].join("\n");
}

function inLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inLine).join(", ")}]`;
  if (value instanceof Map) return `new Map(${inLine([...value])})`;
  if (typeof value === "object" && value !== null) {
    const entries = entriesOf(value);
    return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
  }
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

const entriesOf = (value: object): string[] =>
  Object.entries(value).flatMap(([key, each]) =>
    each === undefined ? [] : [`${/^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key)}: ${inLine(each)}`],
  );
