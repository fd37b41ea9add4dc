// Values as TypeScript writes them.

const longest = 100;

/** Plain data as a literal; lists and records in one line where they are short. `indent`: blanks before its lines. */
export function literal(value: unknown, indent = 0): string {
  if (typeof value === "number") return number(value);
  if (Array.isArray(value))
    return listed(
      value.map((one) => literal(one, indent + 2)),
      "[",
      "]",
      indent,
    );
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, one]) => one !== undefined);
  if (fields.length === 0) return "{}";
  const texts = fields.map(([key, one]) => `${property(key)}: ${literal(one, indent + 2)}`);
  return listed(texts, "{ ", " }", indent);
}

/** A record whose values are written already. */
export const record = (fields: Readonly<Record<string, string>>, indent = 0): string =>
  listed(
    Object.entries(fields).map(([key, text]) => `${property(key)}: ${text}`),
    "{ ",
    " }",
    indent,
  );

function listed(texts: readonly string[], open: string, close: string, indent: number): string {
  const line = `${open}${texts.join(", ")}${close}`;
  if (line.length + indent <= longest && !line.includes("\n")) return line;
  const blanks = " ".repeat(indent + 2);
  // Numbers fill lines, and other values have one each.
  const lines: string[] = [];
  for (const text of texts) {
    const last = lines.at(-1);
    if (last !== undefined && /^[-\d]/.test(text) && last.length + text.length < longest)
      lines[lines.length - 1] = `${last} ${text},`;
    else lines.push(`${text},`);
  }
  return `${open.trim()}\n${lines.map((one) => blanks + one).join("\n")}\n${" ".repeat(indent)}${close.trim()}`;
}

export const number = (value: number): string =>
  Object.is(value, -0)
    ? "-0"
    : Number.isFinite(value)
      ? String(value)
      : Number.isNaN(value)
        ? "Number.NaN"
        : value < 0
          ? "-Infinity"
          : "Infinity";

/** A name as a key; "__proto__" would set the prototype. */
const property = (key: string): string =>
  key === "__proto__" ? '["__proto__"]' : /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);

/** A text for a comment, which it must not end. */
export const inComment = (text: string): string => text.replaceAll("*/", "* /").replace(/[\r\n\u2028\u2029]+/g, " ");

/** Numbers in base64, in lines. */
export function base64Of(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replace(/.{120}(?=.)/g, "$&\n");
}
