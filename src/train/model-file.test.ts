// Models as bytes and as files: what is read back predicts the same bits; what is wrong with a file is said.
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import "../index.ts";
import { prepare, tableFromRows, transform } from "../data/index.ts";
import { activation, apply, dense, initialize, residual, sequential } from "../nn/index.ts";
import { tensor } from "../trace/create.ts";
import { decodeModel, encodeModel, type LoadedTableModel, loadModel, saveModel } from "./model-file.ts";
import { predictTable, tablePredictor } from "./table-predictor.ts";
import { trainTable } from "./tabular.ts";

const colours = ["red", "green", "blue"];
const rows = Array.from({ length: 60 }, (_, i) => ({
  size: i % 7,
  colour: colours[i % 3]!,
  kind: i % 7 > 3 ? "big" : "small",
  weight: (i % 7) * 2.5 + (i % 3),
}));

const trainedOn = async (target: "kind" | "weight") => {
  const prepared = prepare(tableFromRows(rows, { source: "rows" }), { target });
  return (await trainTable(prepared, { epochs: 5, hidden: [8], backend: "reference" }).result()).trained;
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "chainrule-model-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("a model of a table", () => {
  it("names the class and the probability of each, with the bits of predictTable", async () => {
    const trained = await trainedOn("kind");
    const model = decodeModel(encodeModel(trained)) as LoadedTableModel;
    const some = rows.slice(0, 9).map(({ kind: _, ...row }) => row);
    const { x } = transform(trained.preprocessing, tableFromRows(some, { source: "rows" }));
    const expected = predictTable(trained, x, some.length);
    const answers = model.predict(some);
    expect(answers.flatMap(({ probabilities }) => Object.values(probabilities!))).toEqual(Array.from(expected));
    for (const { prediction, probabilities } of answers)
      expect(probabilities![prediction]).toBe(Math.max(...Object.values(probabilities!)));
    expect(model.kind).toBe("table");
    expect(model.predict([])).toEqual([]);
  });

  it("answers any number of rows with few programs, and a row with the same bits among any others", async () => {
    const trained = await trainedOn("weight");
    const { x } = transform(trained.preprocessing, tableFromRows(rows, { source: "rows" }));
    const width = x.length / rows.length;
    const loaded = programsLoaded(() => {
      const predict = tablePredictor(trained);
      const all = predict(x, rows.length);
      for (let n = 1; n <= rows.length; n++) expect(predict(x.subarray(0, n * width), n)).toEqual(all.subarray(0, n));
    });
    expect(loaded).toBe(7);
  });

  it("answers row after row with one program", async () => {
    const bytes = encodeModel(await trainedOn("weight"));
    const loaded = programsLoaded(() => {
      const model = decodeModel(bytes);
      for (const row of rows) expect(model.kind === "table" && model.predict([row])).toHaveLength(1);
    });
    expect(loaded).toBe(1);
  });

  it("gives numbers in the target's unit, from a file too", async () => {
    const trained = await trainedOn("weight");
    const path = join(folder, "weights.safetensors");
    await saveModel(path, trained);
    expect(await readdir(folder)).toEqual(["weights.safetensors"]);
    const model = (await loadModel(path)) as LoadedTableModel;
    const { x } = transform(trained.preprocessing, tableFromRows(rows, { source: "rows" }));
    expect(model.predict(rows).map(({ prediction }) => prediction)).toEqual([...predictTable(trained, x, rows.length)]);
    expect(model.predict(rows)[0]).toEqual({ prediction: expect.any(Number) });
  });

  it("says what a row lacks", async () => {
    const model = decodeModel(encodeModel(await trainedOn("kind"))) as LoadedTableModel;
    expect(() => model.predict([{ size: 3 }])).toThrow(expect.objectContaining({ code: "UNKNOWN_COLUMN" }));
  });
});

it("a network of any layers gives the same bits, in float64 too", () => {
  const model = sequential(dense(3, 4), residual(dense(4, 4, { bias: false }), activation("tanh")), dense(4, 2));
  const variables = initialize(model, 7);
  const x = tensor([[0.1, -2, 3]]);
  const loaded = decodeModel(encodeModel({ model, variables }), "it", { backend: "reference" });
  if (loaded.kind !== "network") expect.fail(loaded.kind);
  expect(loaded.model).toEqual(model);
  expect(loaded.predict(x).data).toEqual(apply(model, variables, x).data);
});

describe("says what is wrong", () => {
  const failure = (bytes: Uint8Array): unknown => {
    try {
      decodeModel(bytes, "x.safetensors");
    } catch (error) {
      return error;
    }
    return undefined;
  };
  it("with the bytes", () => {
    const model = dense(2, 1);
    const bytes = encodeModel({ model, variables: initialize(model) });
    expect(failure(bytes.slice(0, 40))).toMatchObject({ code: "INVALID_MODEL" });
    const text = new TextDecoder("latin1").decode(bytes);
    const changed = (from: string, to: string) =>
      Uint8Array.from(text.replace(from, to), (letter) => letter.charCodeAt(0));
    expect(failure(changed("chainrule.model", "chainrule.mode1"))).toMatchObject({ code: "INVALID_MODEL" });
    expect(failure(changed("dense", "dance"))).toMatchObject({ code: "INVALID_MODEL" });
    expect(failure(changed('\\"outputs\\":1', '\\"outputs\\":9'))).toMatchObject({ code: "INVALID_MODEL" });
  });
  it("with the path", async () => {
    await expect(loadModel(join(folder, "none"))).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
    const path = join(folder, "text.safetensors");
    await writeFile(path, "no tensors");
    await expect(loadModel(path)).rejects.toMatchObject({ code: "INVALID_MODEL" });
  });
});

/** How many programs the machine loads meanwhile: each has a memory of its own. */
function programsLoaded(work: () => void): number {
  let memories = 0;
  class Counted extends WebAssembly.Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      memories++;
    }
  }
  vi.stubGlobal("WebAssembly", Object.assign(Object.create(WebAssembly), { Memory: Counted }));
  try {
    work();
  } finally {
    vi.unstubAllGlobals();
  }
  return memories;
}
