// What a page repeats a run with: files of its folder, and its data where they are still what run.json says. They are read whole.
import { stat } from "node:fs/promises";
import { bytes } from "../../data/wording.ts";
import { ChainruleError } from "../../ir/errors.ts";
import { readData } from "../../runs/data-origin.ts";
import { readInside } from "../../runs/folder.ts";
import { filesIn, isProgram, isQuery, openRun } from "../../runs/index.ts";

/** By their names: no path is made from what somebody asks for. */
const types: Readonly<Record<string, string>> = {
  "run.json": "application/json",
  "model.json": "application/json",
  "model.safetensors": "application/octet-stream",
};

/** A page does not hold more, nor should this process. */
const mostBytes = 256 * 2 ** 20;

export interface Served {
  readonly bytes: Uint8Array;
  readonly type: string;
}

/** Undefined where there is no such file. Throws INVALID_RUN. */
export async function runFile(dir: string, name: string): Promise<Served | undefined> {
  if (!Object.hasOwn(types, name)) return undefined;
  const content = await readInside(dir, name);
  return content && { bytes: content, type: types[name]! };
}

/** The n-th file of its table, those for validation after the others. Throws INVALID_RUN where it has changed, or is too large. */
export async function runData(dir: string, n: number): Promise<Served | undefined> {
  const { data } = (await openRun(dir)).manifest;
  const { validation } = data;
  const files = [
    ...(isQuery(data) || isProgram(data) ? [] : filesIn(data)),
    ...(validation ? filesIn(validation) : []),
  ];
  const wanted = files[n];
  if (wanted === undefined) return undefined;
  const { file } = wanted;
  const fail = (what: string) =>
    new ChainruleError("INVALID_RUN", `The run "${dir}" cannot be repeated: ${what}`, { dir, data: file });
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size > mostBytes)
    throw fail(`its data, ${file}, takes ${bytes(size)}, and a page holds ${bytes(mostBytes)} at most.`);
  return { bytes: await readData(wanted, fail), type: "application/octet-stream" };
}
