// What the fuzzer reads: of every kind of file some that are whole, and what is done with one that was changed.
import { rmSync } from "node:fs";
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const engine = await import("../dist/cli/engine.js");
const { run: command } = await import("../dist/cli/program.js");
const { decodeSafetensors } = await import("../dist/train/safetensors.js");

const fixture = (name) => readFile(join(root, "src/data/fixtures", name));

/** 24 rows with what tables have: numbers, words, dates, booleans, blanks. */
const rows = Array.from({ length: 24 }, (_, r) => ({
  id: r + 1,
  size: r % 5 === 3 ? null : (r * 37) % 101,
  price: Number(((r * 1.37) % 9).toFixed(2)),
  kind: ["a", "b b", 'c "c"'][r % 3],
  day: `2021-0${1 + (r % 9)}-1${r % 9}`,
  open: r % 2 === 0,
  y: (r * 7) % 5,
}));

/** A safetensors file with the types that are read and never written. */
function otherTensors() {
  const entry = (dtype, shape, ...offsets) => ({ dtype, shape, data_offsets: offsets });
  const header = { b: entry("BF16", [2, 2], 0, 8), h: entry("F16", [3], 8, 14), m: entry("BOOL", [4], 14, 18) };
  const text = JSON.stringify(header);
  const bytes = Buffer.alloc(8 + text.length + 18, 1);
  bytes.writeBigUInt64LE(BigInt(text.length));
  bytes.write(text, 8);
  return bytes;
}

const cells = (row) => Object.values(row).map((cell) => (cell === null ? "" : String(cell)));
const quoted = (cell) => (/[",;]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
const delimited = (mark) =>
  [Object.keys(rows[0]), ...rows.map(cells)].map((line) => `${line.map(quoted).join(mark)}\n`).join("");
const utf = (text, unit) => {
  const bytes = Buffer.alloc(text.length * unit);
  for (let i = 0; i < text.length; i++) bytes.writeUInt16LE(text.charCodeAt(i), i * unit);
  return bytes;
};

/** Reads a table as a training would, and looks at its columns. */
const table = (source) => async (bytes) => {
  const read = await engine.parseTable(new Uint8Array(bytes), { source });
  engine.prepare(read, { target: read.columns.at(-1).name });
};

/** Runs a training in a folder, whose files are what is changed. */
async function trainedRun() {
  const dir = await mkdtemp(join(tmpdir(), "chainrule-fuzz-"));
  process.chdir(dir);
  process.on("exit", () => rmSync(dir, { recursive: true, force: true }));
  await writeFile("rows.csv", delimited(","));
  const words = [
    "--target",
    "y",
    "--backend",
    "reference",
    "--hidden",
    "4,3",
    "--epochs",
    "3",
    "--batch",
    "8",
    "--dropout",
    "0.1",
  ];
  if ((await silent(["train", "rows.csv", ...words, "--out", "run"])).code !== 0) throw new Error("no run to change");
  const files = new Map();
  for (const name of await readdir("run", { recursive: true }))
    if (/\.\w+$/.test(name) && !name.startsWith(".")) files.set(name, await readFile(join("run", name)));
  return files;
}

async function silent(words) {
  let text = "";
  const stream = { write: (more) => void (text += more) };
  const code = await command(words, { stdout: stream, stderr: stream, stdin: (async function* () {})() });
  return { code, text };
}

/** Commands over a run of which a file was changed: they may fail, but not by a mistake of theirs. */
const commands = [
  ["diagnose", "run", "--json"],
  ["diagnose", "run"],
  ["ledger", "run"],
  ["check", "run"],
  ["explain", "run", "run", "--row", "3", "--weight", "layers.0.weight[0,0]"],
  ["predict", "run", "rows.csv"],
  ["evaluate", "run", "rows.csv"],
  ["predict", "run", "rows.csv", "--checkpoint", "last"],
  ["evaluate", "run", "rows.csv", "--checkpoint", "best"],
  ["train", "--resume", "run", "--epochs", "4"],
  ["train", "--out", "run", "--resume"],
];

function changedRun(files, name) {
  return async (bytes, random) => {
    for (const [other, content] of files) await writeFile(join("run", other), content);
    await writeFile(join("run", name), bytes);
    const words = commands[Math.floor(random() * commands.length)];
    const { text } = await silent(words);
    if (/^\s*bug:/m.test(text)) throw new Error(`chainrule ${words.join(" ")}\n${text}`);
  };
}

/** Reads events as a diagnosis does. */
async function events(files, bytes) {
  const map = new Map([...files].map(([name, content]) => [name, new Uint8Array(content)]));
  map.set("events.jsonl", new Uint8Array(bytes));
  const all = await (await engine.openRun(map)).events();
  engine.diagnose(all);
}

/** Small models of ONNX, an operator each, with one input: the others are tensors of the model. */
async function onnxModels() {
  const { fromBinary, toBinary } = await import("@bufbuild/protobuf");
  const { ModelProtoSchema, TensorProtoSchema } = await import("../dist/interop/schemas/onnx/onnx-ml.generated.js");
  const lines = (await readFile(join(root, "test/onnx/fixtures.jsonl"), "utf8")).trimEnd().split("\n");
  return lines.map((line) => {
    const { model: text, inputs } = JSON.parse(line);
    const model = fromBinary(ModelProtoSchema, Buffer.from(text, "base64"));
    const tensors = inputs.map((one) => fromBinary(TensorProtoSchema, Buffer.from(one, "base64")));
    const isFloat = ({ dataType }) => [1, 10, 11].includes(dataType);
    const first = tensors.findIndex(isFloat);
    for (const [i, one] of tensors.entries())
      if (i !== first) model.graph.initializer.push(Object.assign(one, { name: model.graph.input[i].name }));
    return Buffer.from(toBinary(ModelProtoSchema, model));
  });
}

/** By name: files that are whole, whether they are JSON, and what reads a changed one. */
export const readers = {
  csv: async () => ({
    seeds: [
      delimited(","),
      delimited(";"),
      `# made up\n${delimited(",")}`,
      utf(delimited(","), 2),
      utf(delimited(","), 4),
      `1,2,3\n${"4,5,6\r\n".repeat(20)}`,
    ],
    read: table("rows.csv"),
  }),
  tsv: async () => ({ seeds: [delimited("\t")], read: table("rows.tsv") }),
  json: async () => ({
    seeds: [
      JSON.stringify(rows),
      JSON.stringify({ columns: Object.keys(rows[0]), data: rows.map((row) => Object.values(row)) }),
    ],
    isJson: true,
    read: table("rows.json"),
  }),
  jsonl: async () => ({
    seeds: [rows.map((row) => JSON.stringify(row)).join("\n")],
    isLines: true,
    read: table("rows.jsonl"),
  }),
  parquet: async () => ({
    seeds: await Promise.all(
      (await readdir(join(root, "src/data/fixtures"))).filter((name) => name.endsWith(".parquet")).map(fixture),
    ),
    read: table("rows.parquet"),
  }),
  gzip: async () => {
    const { gzipSync } = await import("node:zlib");
    return { seeds: [gzipSync(delimited(","))], read: table("rows.csv.gz") };
  },
  safetensors: async () => {
    const files = await trainedRun();
    return {
      seeds: [files.get("model.safetensors"), otherTensors()],
      read: async (bytes) => void decodeSafetensors(new Uint8Array(bytes)),
    };
  },
  model: async () => {
    const files = await trainedRun();
    const trained = await engine.loadTable(await engine.openRun("run"));
    return {
      seeds: [Buffer.from(engine.encodeModel(trained)), files.get("model.safetensors")],
      read: async (bytes) => {
        const model = engine.decodeModel(new Uint8Array(bytes), "the model", { backend: "reference" });
        if (model.kind === "table") model.predictTargets(rows.slice(0, 2));
      },
    };
  },
  onnx: async () => {
    const { importOnnx } = await import("../dist/interop/index.js");
    return { seeds: await onnxModels(), read: async (bytes) => void importOnnx(new Uint8Array(bytes)) };
  },
  "onnx message": async () => {
    const { importOnnx } = await import("../dist/interop/index.js");
    const { fromBinary, fromJson, toBinary, toJson } = await import("@bufbuild/protobuf");
    const { ModelProtoSchema } = await import("../dist/interop/schemas/onnx/onnx-ml.generated.js");
    const seeds = await onnxModels();
    return {
      seeds: seeds.map((bytes) => JSON.stringify(toJson(ModelProtoSchema, fromBinary(ModelProtoSchema, bytes)))),
      isJson: true,
      read: async (bytes) => {
        let file;
        try {
          const model = fromJson(ModelProtoSchema, JSON.parse(bytes.toString()), { ignoreUnknownFields: true });
          file = toBinary(ModelProtoSchema, model);
        } catch {
          // Not a message, and so no file.
          return;
        }
        importOnnx(file);
      },
    };
  },
  "onnx layer": async () => {
    const { importOnnx } = await import("../dist/interop/index.js");
    const seeds = (await onnxModels()).flatMap((bytes) => {
      try {
        return [JSON.stringify(importOnnx(new Uint8Array(bytes)).model)];
      } catch {
        // One that is refused.
        return [];
      }
    });
    const { parseLayer, outputType } = await import("../dist/nn/parse.js");
    const { ChainruleError } = await import("../dist/ir/errors.js");
    const wrong = (what) => new ChainruleError("INVALID_MODEL", what);
    return {
      seeds,
      isJson: true,
      read: async (bytes) => {
        let json;
        try {
          json = JSON.parse(bytes.toString());
        } catch {
          return;
        }
        const layer = parseLayer(json, "architecture", wrong);
        if (layer.kind !== "onnx") return;
        const [one] = layer.inputs;
        const shape = (one?.shape ?? []).map((n) => Math.min(n ?? 1, 64));
        outputType(layer, { shape, dtype: one?.dtype ?? "float32" }, wrong);
      },
    };
  },
  snapshot: async () => {
    const files = await trainedRun();
    const [name] = [...files.keys()].filter((one) => /step-/.test(one));
    return { seeds: [files.get(name)], read: async (bytes) => void engine.decodeSnapshot(new Uint8Array(bytes)) };
  },
  events: async () => {
    const files = await trainedRun();
    return { seeds: [files.get("events.jsonl")], isLines: true, read: (bytes) => events(files, bytes) };
  },
  "run.json": async () => {
    const files = await trainedRun();
    return { seeds: [files.get("run.json")], isJson: true, read: changedRun(files, "run.json") };
  },
  "model.json": async () => {
    const files = await trainedRun();
    return { seeds: [files.get("model.json")], isJson: true, read: changedRun(files, "model.json") };
  },
  "index.json": async () => {
    const files = await trainedRun();
    return {
      seeds: [files.get("checkpoints/index.json")],
      isJson: true,
      read: changedRun(files, "checkpoints/index.json"),
    };
  },
  "events.jsonl": async () => {
    const files = await trainedRun();
    return { seeds: [files.get("events.jsonl")], isLines: true, read: changedRun(files, "events.jsonl") };
  },
};
