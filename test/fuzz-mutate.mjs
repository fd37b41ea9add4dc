// Changed files: bytes, pieces and, of JSON, values are changed at random, the same for the same seed.

/** Numbers in [0, 1) that repeat (Park and Miller 1988). */
export function generator(seed) {
  let state = (seed % 2147483646) + 1;
  for (let i = 0; i < 8; i++) state = (state * 48271) % 2147483647;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

const words = [
  ...[
    '"',
    '""',
    "'",
    ",",
    ";",
    "\t",
    "|",
    "\n",
    "\r",
    "\r\n",
    "\n\n",
    " ",
    "#",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ":",
    "-",
    "+",
    ".",
    "e",
    "%",
    "$",
    "(",
    ")",
  ],
  ...[
    "NaN",
    "-Infinity",
    "null",
    "true",
    "1e999",
    "-0",
    "1e-400",
    "9007199254740993",
    "9".repeat(400),
    "0x10",
    "1,234.5",
    "12:30",
    "2021-02-30",
    "__proto__",
  ],
  ...[
    "\u0000",
    "\u001b[2J",
    "\u009b31m",
    "\u202e",
    "\ufeff",
    "\uffff",
    "é",
    "日本",
    "👍",
    '{"a":',
    "[[",
    "]]",
    "x".repeat(300),
  ],
];
const bytesOf = words.map((word) => Buffer.from(word));
const values = [
  ...[
    null,
    true,
    false,
    0,
    -1,
    1,
    0.5,
    1e308,
    -1e308,
    2 ** 31,
    2 ** 53,
    1e-320,
    "",
    "x",
    "relu",
    "auto",
    "__proto__",
    "constructor",
    "/dev/zero",
  ],
  ...[
    [],
    {},
    [[]],
    [null],
    [1],
    ["a"],
    { a: 1 },
    { kind: "dense" },
    [[1, 2], [3]],
    "NaN",
    "2021-01-01",
    { length: 3 },
    [{}],
    { type: "end" },
  ],
];
const odd = [0, 1, 2, 4, 7, 8, 15, 16, 21, 28, 31, 32, 64, 127, 128, 129, 192, 239, 254, 255];

/** Changes a file; `others` are files of its kind, of which pieces are taken. */
export function mutate(bytes, others, random) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  const at = (length) => Math.floor(random() * (length + 1));
  let result = Buffer.from(bytes);
  const splice = (from, to, middle) => {
    result = Buffer.concat([result.subarray(0, from), middle, result.subarray(to)]);
  };
  const piece = (most) => {
    const from = at(result.length);
    return [from, Math.min(result.length, from + 1 + Math.floor(random() * most))];
  };
  const changes = [
    () => result.length > 0 && (result[at(result.length - 1)] ^= 1 << Math.floor(random() * 8)),
    () =>
      result.length > 0 && (result[at(result.length - 1)] = random() < 0.5 ? pick(odd) : Math.floor(random() * 256)),
    () => splice(...piece(1), pick(bytesOf)),
    () => {
      const from = at(result.length);
      splice(from, from, pick(bytesOf));
    },
    () => splice(...piece(random() < 0.5 ? 4 : result.length / 4), Buffer.alloc(0)),
    () => {
      const [from, to] = piece(random() < 0.5 ? 16 : result.length / 4);
      splice(to, to, result.subarray(from, to));
    },
    () => {
      const other = pick(others);
      const from = at(other.length);
      const [a, b] = piece(result.length / 4);
      splice(a, b, other.subarray(from, from + Math.floor(random() * (other.length / 4 + 1))));
    },
    () => (result = result.subarray(0, at(result.length))),
    () =>
      splice(
        ...piece(12),
        Buffer.from(Array.from({ length: Math.floor(random() * 9) }, () => Math.floor(random() * 256))),
      ),
  ];
  const times = random() < 0.5 ? 1 : 1 + Math.floor(random() * 6);
  for (let i = 0; i < times; i++) pick(changes)();
  return result;
}

/** Changes values of JSON, or takes some away, and keeps it JSON. */
export function mutateJson(json, random) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  const whole = { top: structuredClone(json) };
  const times = random() < 0.6 ? 1 : 1 + Math.floor(random() * 4);
  for (let i = 0; i < times; i++) {
    const places = [];
    const open = [whole];
    while (open.length > 0) {
      const one = open.pop();
      for (const key of Object.keys(one)) {
        places.push([one, key]);
        if (typeof one[key] === "object" && one[key] !== null) open.push(one[key]);
      }
    }
    const [holder, key] = pick(places);
    const chance = random();
    if (chance < 0.2 && holder !== whole) Array.isArray(holder) ? holder.splice(key, 1) : delete holder[key];
    else if (chance < 0.3)
      holder[key] = deep(pick([1, 60, 300, 900, 1100, 20_000]), random() < 0.5, structuredClone(pick(values)));
    else if (chance < 0.4) {
      const [other, name] = pick(places);
      holder[key] = copyOf(other[name]);
    } else if (chance < 0.5 && typeof holder[key] === "number")
      holder[key] = pick([-1, 0.5, 2, 1e9]) * holder[key] + pick([0, 1]);
    else if (chance < 0.55 && typeof holder[key] === "object" && holder[key] !== null && !Array.isArray(holder[key]))
      holder[key][pick(["x", "kind", "toString", "__proto__ "])] = structuredClone(pick(values));
    else holder[key] = structuredClone(pick(values));
  }
  return whole.top;
}

/** None of what is nested too deep to be copied. */
function copyOf(value) {
  try {
    return structuredClone(value ?? null);
  } catch {
    return null;
  }
}

function deep(levels, isList, value) {
  let one = value;
  for (let i = 0; i < levels; i++) one = isList ? [one] : { layers: [one], kind: "sequential" };
  return one;
}

/** JSON of any depth, which JSON.stringify has no stack for. */
export function jsonText(value) {
  const parts = [];
  const open = [value];
  const raw = (text) => ({ raw: text });
  while (open.length > 0) {
    const one = open.pop();
    if (one?.raw !== undefined && Object.keys(one).length === 1) parts.push(one.raw);
    else if (Array.isArray(one)) {
      // The last is taken first.
      open.push(raw("]"));
      for (let i = one.length - 1; i >= 0; i--) open.push(one[i] ?? null, ...(i > 0 ? [raw(",")] : []));
      open.push(raw("["));
    } else if (typeof one === "object" && one !== null) {
      const entries = Object.entries(one).filter(([, inner]) => inner !== undefined);
      open.push(raw("}"));
      for (let i = entries.length - 1; i >= 0; i--)
        open.push(entries[i][1], raw(`${i > 0 ? "," : ""}${JSON.stringify(entries[i][0])}:`));
      open.push(raw("{"));
    } else parts.push(JSON.stringify(one) ?? "null");
  }
  return parts.join("");
}
