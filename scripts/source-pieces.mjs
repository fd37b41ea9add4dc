// Pieces of the package's own source for files that `chainrule export --format typescript` writes: declarations as they stand in src/, with what each
// needs, so that an exported file reads cells and computes ops by the code that the package does.
//
//   node scripts/source-pieces.mjs      rewrites src/interop/typescript/pieces.generated.ts; npm run build does, too
//
// src/interop/typescript/pieces.test.ts fails where the file would change.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAst } from "rolldown/parseAst";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const generated = "src/interop/typescript/pieces.generated.ts";

/** Files that stand in for others. */
const replaced = { "src/ir/errors.ts": "src/interop/typescript/error.ts" };
/** Types that the exporter writes, of the ops that a file has. */
const provided = new Set(["OpAttributes", "KernelOpName", "OpName"]);
/** Their declarations are what an exported file calls. */
const called = ["src/interop/typescript/rows.ts", "src/interop/typescript/weights.ts"];
/** Further ones. */
const more = {
  "src/backends/reference/offsets.ts": ["offsetsOf"],
  "src/ir/shape.ts": ["broadcastStrides"],
  "src/train/answers.ts": ["likeliest"],
};
const dtypes = ["float32", "float64", "int32", "bool"];

// --- modules -----------------------------------------------------------------------------------------------------

const modules = new Map();

/** What a file declares and imports: { path, text, declarations: name → node, imports: name → [path, name] }. */
function moduleAt(path) {
  if (modules.has(path)) return modules.get(path);
  const text = readFileSync(join(root, path), "utf8");
  const own = { path, text, declarations: new Map(), imports: new Map() };
  modules.set(path, own);
  const target = (source) => {
    const found = relative(root, join(root, dirname(path), source)).replaceAll("\\", "/");
    return replaced[found] ?? found;
  };
  let before = 0;
  for (const statement of parseAst(text, { lang: "ts" }, path).body) {
    const node = statement.declaration ?? statement;
    if (statement.source?.value.startsWith(".")) {
      for (const one of statement.specifiers ?? []) {
        const name = (one.local ?? one.exported).name;
        const imported = statement.type === "ImportDeclaration" ? (one.imported?.name ?? "*") : one.local.name;
        own.imports.set(statement.type === "ImportDeclaration" ? name : one.exported.name, [
          target(statement.source.value),
          imported,
        ]);
      }
    } else {
      // The comment right above it goes along.
      const comment = /(?:\n|^)((?:\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n|(?:\/\/[^\n]*\n)+))$/.exec(
        text.slice(before, statement.start),
      );
      for (const name of namesOf(node))
        own.declarations.set(name, { node, start: node.start, end: statement.end, comment: comment?.[1] ?? "" });
    }
    before = statement.end;
  }
  return own;
}

function namesOf(node) {
  if (node.type === "VariableDeclaration") return node.declarations.flatMap(({ id }) => bindings(id));
  return node.id?.name === undefined ? [] : [node.id.name];
}

/** Names that a pattern binds. */
function bindings(pattern) {
  if (pattern === null || pattern === undefined) return [];
  if (pattern.type === "Identifier") return [pattern.name];
  if (pattern.type === "ObjectPattern") return pattern.properties.flatMap((one) => bindings(one.value ?? one.argument));
  if (pattern.type === "ArrayPattern") return pattern.elements.flatMap(bindings);
  return bindings(pattern.left ?? pattern.argument ?? pattern.parameter);
}

/** Where a name of a file is declared: [path, name], or undefined for what is no declaration of the package. */
function declarationOf(path, name) {
  const own = moduleAt(path);
  if (own.declarations.has(name)) return [path, name];
  const from = own.imports.get(name);
  if (from === undefined) return undefined;
  return from[1] === "*" ? from : (declarationOf(...from) ?? from);
}

function* children(node) {
  for (const [key, value] of Object.entries(node)) {
    if (key === "parent") continue;
    for (const one of Array.isArray(value) ? value : [value])
      if (typeof one === "object" && one !== null && typeof one.type === "string") yield [key, one];
  }
}

/** What a node names that the package declares, and what is to be written in the place of parts of its text. */
function referencesIn(path, node) {
  const { text } = moduleAt(path);
  const local = new Set();
  const used = [];
  const visit = (one) => {
    if (one.type === "VariableDeclarator") for (const name of bindings(one.id)) local.add(name);
    if (/Function|^TSDeclare/.test(one.type))
      for (const param of one.params ?? []) for (const name of bindings(param)) local.add(name);
    if (one.type === "TSTypeParameter") local.add(one.name.name ?? one.name);
    for (const [key, child] of children(one)) {
      const isName =
        (key === "property" && !one.computed) ||
        (key === "key" && !one.computed) ||
        key === "label" ||
        (one.type === "TSTypeParameter" && key === "name");
      if (child.type === "Identifier" && !isName) used.push([child, one]);
      // A shorthand { a } is the value, too, which stands at the same place.
      if (!isName || child.type !== "Identifier") visit(child);
    }
  };
  if (node.type === "Identifier") used.push([node, node]);
  visit(node);
  const needs = new Set();
  const edits = [];
  for (const [one, parent] of used) {
    if (local.has(one.name) && one !== node.id) continue;
    const found = declarationOf(path, one.name);
    if (found === undefined || (found[0] === path && namesOf(node).includes(one.name))) continue;
    if (found[1] === "*") {
      const member = parent.property ?? parent.right;
      const own = declarationOf(found[0], member.name);
      edits.push({ start: parent.start, end: parent.end, text: own[1] });
      needs.add(own.join("\0"));
    } else if (provided.has(found[1])) needs.add(found[1]);
    else {
      if (found[1] !== one.name) throw new Error(`${path}: ${one.name} is ${found[1]} elsewhere; use one name for it.`);
      needs.add(found.join("\0"));
    }
    // Kernel<"matmul">, OpAttributes["matmul"]
    const op = /^(?:Kernel<"(\w+)">|OpAttributes\["(\w+)"\])/.exec(text.slice(one.start));
    if (op !== null) needs.add(`OpAttributes.${op[1] ?? op[2]}`);
  }
  return { needs: [...needs], edits };
}

const edited = (text, start, end, edits) => {
  let out = "";
  let at = start;
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    out += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return out + text.slice(at, end);
};

// --- pieces ------------------------------------------------------------------------------------------------------

/** By the name of what they declare, which no two have in common: [path, text, needs]. */
const pieces = new Map();

/** Adds what needs name, and gives their names. */
function take(needs) {
  return needs.map((need) => {
    const [path, name] = need.split("\0");
    return name === undefined ? path : piece(path, name);
  });
}

function piece(path, name) {
  const own = moduleAt(path);
  const declaration = own.declarations.get(name);
  if (declaration === undefined) throw new Error(`${path} declares no ${name}.`);
  const { node, start, end, comment } = declaration;
  const [key] = namesOf(node);
  const known = pieces.get(key);
  if (known !== undefined) {
    if (known.path !== path)
      throw new Error(`${key} is declared in ${known.path} and in ${path}: exported files have both. Rename one.`);
    return key;
  }
  const { needs, edits } = referencesIn(path, node);
  const added = { path, text: comment + edited(own.text, start, end, edits), needs: [] };
  pieces.set(key, added);
  added.needs = take(needs);
  return key;
}

// --- expressions of records --------------------------------------------------------------------------------------

/** A record's function as a text with holes: { kind, parts, needs }; see Template in src/interop/typescript/pieces.ts. */
function template(path, fn, dtype) {
  const { text } = moduleAt(path);
  if (fn.type !== "ArrowFunctionExpression")
    throw new Error(`${path}: ${text.slice(fn.start, fn.end)} must be an arrow.`);
  const [outer, dtypeName] = fn.params;
  let value = fn.body;
  if (value.type === "ConditionalExpression" && value.test.left.name === dtypeName?.name && dtypeName !== undefined)
    value = value.test.right.value === dtype ? value.consequent : value.alternate;
  const isInline = value.type === "ArrowFunctionExpression" && value.body.type !== "BlockStatement";
  const body = isInline ? value.body : value;
  const holes = new Map();
  if (isInline) for (const [i, param] of value.params.entries()) holes.set(param.name, { argument: i });
  if (outer?.type === "ObjectPattern")
    for (const { key, value: bound } of outer.properties) holes.set(bound.name, { attribute: key.name });
  else if (outer !== undefined && outer.name !== "_") holes.set(outer.name, { attribute: "" });
  const { needs, edits } = referencesIn(path, body);
  const cuts = edits.map((edit) => ({ ...edit, part: edit.text }));
  const visit = (one, key, parent) => {
    if (one.type === "Identifier") {
      const hole = holes.get(one.name);
      if (hole !== undefined && !((key === "property" || key === "key") && !parent.computed))
        cuts.push({ start: one.start, end: one.end, part: hole });
      return;
    }
    for (const [name, child] of children(one)) visit(child, name, one);
  };
  visit(body, "", undefined);
  const parts = [];
  let at = body.start;
  for (const cut of cuts.sort((a, b) => a.start - b.start)) {
    parts.push(text.slice(at, cut.start), cut.part);
    at = cut.end;
  }
  parts.push(text.slice(at, body.end));
  const joined = [];
  for (const part of parts.filter((one) => one !== ""))
    if (typeof part === "string" && typeof joined.at(-1) === "string") joined[joined.length - 1] += part;
    else joined.push(part);
  const needed = needs.filter((need) => !holes.has(need.split("\0").at(-1)));
  const kind = isInline ? "expression" : "function";
  return { kind, parts: joined, needs: take(needed) };
}

/** Calls `found` with every property of a name in the files of a folder, and the keys of the object literals around it. */
function propertiesIn(folder, name, found) {
  for (const file of readdirSync(join(root, folder))) {
    if (!file.endsWith(".ts") || file.endsWith(".test.ts")) continue;
    const path = `${folder}/${file}`;
    for (const [declared, { node }] of moduleAt(path).declarations) {
      const visit = (one, keys) => {
        if (one.type === "Property" && one.key.name === name) found(path, keys, one.value, one);
        const inner = one.type === "Property" ? [...keys, one.key.name] : keys;
        for (const [, child] of children(one)) visit(child, inner);
      };
      visit(node, [declared]);
    }
  }
}

function scalars() {
  const all = {};
  propertiesIn("src/ops", "scalar", (path, keys, value) => {
    if (value.type !== "ArrowFunctionExpression") return;
    const byType = dtypes.map((dtype) => template(path, value, dtype));
    const [first] = byType;
    const isOne = byType.every((one) => JSON.stringify(one) === JSON.stringify(first));
    all[keys.at(-1)] = isOne ? { any: first } : Object.fromEntries(dtypes.map((dtype, i) => [dtype, byType[i]]));
  });
  return all;
}

function readers() {
  const all = {};
  propertiesIn("src/data/types", "reader", (path, keys, value) => {
    all[keys[0].replace(/Type$/, "")] = template(path, value, "float64");
  });
  return all;
}

/** The members of an interface: name → { text, needs }. */
function membersOf(path, name) {
  const { node } = moduleAt(path).declarations.get(name);
  const { text } = moduleAt(path);
  return Object.fromEntries(
    node.body.body.map((member) => {
      const { needs, edits } = referencesIn(path, member.typeAnnotation);
      const { start, end } = member.typeAnnotation.typeAnnotation;
      return [member.key.name, { text: edited(text, start, end, edits), needs }];
    }),
  );
}

function kernels() {
  const path = "src/backends/reference/kernels.ts";
  const { node } = moduleAt(path).declarations.get("kernels");
  const members = membersOf("src/ir/graph.ts", "OpAttributes");
  return Object.fromEntries(
    node.declarations[0].init.properties.map(({ key, value }) => {
      const declared = declarationOf(path, value.name);
      const { text, needs } = members[key.name];
      return [key.name, { piece: piece(...declared), attributes: { text, needs: take(needs) } }];
    }),
  );
}

export function piecesSource() {
  modules.clear();
  pieces.clear();
  for (const path of called) for (const [name] of moduleAt(path).declarations) if (!pieces.has(name)) piece(path, name);
  for (const [path, names] of Object.entries(more)) for (const name of names) piece(path, name);
  const lists = { scalars: scalars(), readers: readers(), kernels: kernels() };
  const texts = [...pieces]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { text, needs }]) => [name, { text, needs }]);
  const lines = (entries) =>
    entries.map(([name, one]) => `  ${JSON.stringify(name)}: ${JSON.stringify(one)},\n`).join("");
  return `// Generated by scripts/source-pieces.mjs from the sources of this package: what exported TypeScript files are put together from.
import type { KernelPieces, Pieces, ReaderTemplates, ScalarTemplates } from "./piece.ts";

export const pieces: Pieces = {
${lines(texts)}};

export const scalars: ScalarTemplates = {
${lines(Object.entries(lists.scalars))}};

export const readers: ReaderTemplates = {
${lines(Object.entries(lists.readers))}};

export const kernels: KernelPieces = {
${lines(Object.entries(lists.kernels))}};
`;
}

export const writePieces = () => writeFileSync(join(root, generated), piecesSource());

if (process.argv[1] === fileURLToPath(import.meta.url)) writePieces();
