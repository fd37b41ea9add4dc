// The state of the page in its address: written and read, checked in every part.
//
//   #v=1&data=xor&noise=0.1&hidden=4,2&lr=0.03&step=120&set=20:layers.0.weight[1,2]=0.5&look=layers.0.weight[0,1]&row=3
//
// Settings stand under their names as the library has them, with their values as the command line reads them.
import { ChainruleError } from "chainrule";
import {
  parseSetting,
  printSetting,
  type SettingKey,
  type Settings,
  settings as settingRecords,
} from "chainrule/train";
import * as z from "zod/mini";
import { type SetName, setNames, setOf } from "../sets/index.ts";
import type { DataChoice, Intervention, LabState } from "./recipe.ts";

/** Raised when older pages could misread a newer address. */
export const addressVersion = 1;

/** Steps that an address may ask for: some minutes of the smallest network. */
const mostSteps = 1e7;
const mostLength = 20_000;

const settingNames = Object.keys(settingRecords) as SettingKey[];
/** Settings that the page decides: all it computes has the same bits everywhere. */
export const fixedSettings: readonly SettingKey[] = ["deterministic", "backend", "threads", "validationData"];

const whole = z.coerce.number().check(z.int(), z.nonnegative(), z.maximum(mostSteps));
const elementName = /^[A-Za-z0-9_.]{1,200}(\[[\d,]{1,60}\])?$/;

/** Fields of the address other than settings. */
const fields = z.object({
  data: z.optional(z.string().check(z.maxLength(300))),
  sha256: z.optional(z.string().check(z.regex(/^[0-9a-f]{64}$/))),
  noise: z.optional(z.coerce.number().check(z.minimum(0), z.maximum(1))),
  extra: z.optional(z.string().check(z.maxLength(300))),
  step: z._default(whole, 0),
  look: z.optional(z.string().check(z.regex(elementName))),
  row: z._default(z.union([z.literal("batch"), whole]), "batch"),
  panels: z.optional(z.string().check(z.regex(/^[a-z,-]{0,200}$/))),
  twins: z.optional(z.string().check(z.maxLength(5000))),
  scene: z.optional(z.string().check(z.regex(/^[a-z-]{1,40}$/))),
  beat: z._default(whole, 0),
  bits: z.optional(z.string().check(z.regex(/^[0-9a-f]{8}$/))),
});

const fieldNames = ["v", "set", ...Object.keys(fields.shape)];

/** The state that the page opens with: a lesson's scene. */
export const firstState: LabState = {
  data: { kind: "set", name: "neuron", options: {} },
  settings: {},
  interventions: [],
  step: 0,
  row: "batch",
  panels: [],
  scene: { name: "neuron", beat: 0 },
};

/** The recipe that a built-in set is offered with. */
export const stateOfSet = (name: SetName): LabState => ({
  data: { kind: "set", name, options: {} },
  settings: setOf(name).settings,
  interventions: [],
  step: 0,
  row: "batch",
  panels: [],
});

/**
 * The text behind "#". `readAddress` gives the same state back.
 *
 * @example
 * writeAddress(stateOfSet("xor")); // "v=1&data=xor&hidden=4&…&step=0"
 */
export function writeAddress(state: LabState): string {
  const { interventions, step, selection, row, panels, twins, scene, bits } = state;
  const parts = [["v", String(addressVersion)] as const, ...trainingParts(state)];
  for (const one of interventions)
    parts.push(["set", "rate" in one ? `${one.after}:rate=${one.rate}` : `${one.after}:${one.element}=${one.value}`]);
  if (step > 0) parts.push(["step", String(step)]);
  if (selection !== undefined) parts.push(["look", selection]);
  if (row !== "batch") parts.push(["row", String(row)]);
  if (panels.length > 0) parts.push(["panels", panels.join(",")]);
  if (twins !== undefined && twins.length > 0) parts.push(["twins", twins.map(twinText).join("|")]);
  if (scene !== undefined) parts.push(["scene", scene.name], ["beat", String(scene.beat)]);
  if (bits !== undefined) parts.push(["bits", bits]);
  return textOf(parts);
}

/** What of an address says the training, but for what was done to it by hand: the same for the same. */
export const trainingText = (recipe: Pick<LabState, "data" | "settings">): string => textOf(trainingParts(recipe));

type Part = readonly [name: string, value: string];

function trainingParts({ data, settings }: Pick<LabState, "data" | "settings">): readonly Part[] {
  const parts: Part[] = [["data", data.name]];
  if (data.kind === "file") parts.push(["sha256", data.sha256]);
  else {
    const { noise, extra } = data.options;
    if (noise !== undefined) parts.push(["noise", String(noise)]);
    if (extra !== undefined && extra.length > 0) parts.push(["extra", extra.join(",")]);
  }
  for (const key of settingNames) {
    const value = settings[key];
    if (value !== undefined) parts.push([key, printSetting(key, value as never)]);
  }
  return parts;
}

const textOf = (parts: readonly Part[]): string => parts.map(([name, value]) => `${name}=${encoded(value)}`).join("&");

/** As encodeURIComponent, but for , : [ ] = @ ( ), which a fragment may hold as they are. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/%(?:2C|3A|5B|5D|3D|40|28|29)/g, decodeURIComponent);

/**
 * The state that an address says; `firstState` where it says nothing. Throws INVALID_ARGUMENT, naming the field, for an address that no page
 * has written, or a newer one.
 */
export function readAddress(text: string): LabState {
  const body = text.replace(/^#/, "");
  if (body === "") return firstState;
  if (body.length > mostLength) throw invalid("address", `it is longer than ${mostLength} letters`);
  const given = new Map<string, string[]>();
  for (const part of body.split("&")) {
    const at = part.indexOf("=");
    const name = at < 0 ? part : part.slice(0, at);
    given.set(name, [...(given.get(name) ?? []), decoded(name, at < 0 ? "" : part.slice(at + 1))]);
  }
  const version = given.get("v")?.[0];
  if (version !== String(addressVersion))
    throw invalid("v", `it has version ${version ?? "none"}, and this page reads version ${addressVersion}`);
  const known = new Set<string>([...fieldNames, ...settingNames.filter((name) => !fixedSettings.includes(name))]);
  for (const [name, values] of given) {
    if (!known.has(name)) throw invalid(name, "the page knows no such field");
    if (name !== "set" && values.length > 1) throw invalid(name, "it is given more than once");
  }
  const parsed = fields.safeParse(
    Object.fromEntries(
      Object.keys(fields.shape).flatMap((name) => (given.has(name) ? [[name, given.get(name)![0]]] : [])),
    ),
  );
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(String(issue?.path[0]), issue?.message ?? "it is not as it must be");
  }
  const { step, look, row, panels, twins, scene, beat, bits } = parsed.data;
  return {
    data: dataOf(parsed.data),
    settings: settingsOf(given),
    interventions: (given.get("set") ?? []).map(interventionOf).sort((a, b) => a.after - b.after),
    step,
    ...(look !== undefined && { selection: look }),
    row,
    panels: panels ? panels.split(",") : [],
    ...(twins !== undefined && { twins: twinsOf(twins) }),
    ...(scene !== undefined && { scene: { name: scene, beat } }),
    ...(bits !== undefined && { bits }),
  };
}

/** "learningRate=0.1;activation=relu", values encoded once more. */
const twinText = (change: Settings): string =>
  settingNames
    .flatMap((key) => {
      const value = change[key];
      return value === undefined ? [] : [`${key}=${encodeURIComponent(printSetting(key, value as never))}`];
    })
    .join(";");

function twinsOf(text: string): readonly Settings[] {
  const twins = text.split("|").map((twin) => {
    const given = new Map<string, readonly string[]>();
    for (const part of twin.split(";")) {
      const [name = "", value] = part.split("=");
      if (value === undefined || given.has(name) || !isTwinSetting(name))
        throw invalid("twins", `"${part}" must be a setting like learningRate=0.1, each once`);
      given.set(name, [decoded("twins", value)]);
    }
    return settingsOf(given, "twins");
  });
  if (twins.length > mostTwins) throw invalid("twins", `there are at most ${mostTwins}`);
  return twins;
}

/** Beside the training itself. */
export const mostTwins = 3;

/** All that a twin may have otherwise: it is of the same table and target, with bits that are the same everywhere. */
export const isTwinSetting = (name: string): name is SettingKey =>
  name !== "target" && settingNames.some((key) => key === name && !fixedSettings.includes(key));

function dataOf({ data = "", sha256, noise, extra }: z.infer<typeof fields>): DataChoice {
  if (sha256 !== undefined) return { kind: "file", name: data, sha256 };
  const name = setNames.find((one) => one === data);
  if (name === undefined) throw invalid("data", `there is no built-in set "${data}"; there are ${setNames.join(", ")}`);
  const set = setOf(name);
  const features = extra?.split(",") ?? [];
  const odd = features.find((one) => set.kind !== "table" || set.extra === undefined || !Object.hasOwn(set.extra, one));
  if (odd !== undefined) throw invalid("extra", `${name} has no feature "${odd}"`);
  return {
    kind: "set",
    name,
    options: { ...(noise !== undefined && { noise }), ...(features.length > 0 && { extra: features }) },
  };
}

function settingsOf(given: ReadonlyMap<string, readonly string[]>, field?: string): Settings {
  const entries = settingNames.flatMap((key) => {
    const text = given.get(key)?.[0];
    if (text === undefined) return [];
    try {
      return [[key, parseSetting(key, text)]];
    } catch (error) {
      if (error instanceof ChainruleError) throw invalid(field ?? key, error.message.replace(/\.$/, ""));
      throw error;
    }
  });
  return Object.fromEntries(entries) as Settings;
}

function interventionOf(text: string): Intervention {
  const [, after, name, value] = /^(\d{1,8}):([^=]+)=(.+)$/.exec(text) ?? [];
  const number = value === undefined ? Number.NaN : Number(value);
  if (after === undefined || name === undefined || !Number.isFinite(number))
    throw invalid("set", `"${text}" must be like 20:layers.0.weight[1,2]=0.5 or 20:rate=0.1`);
  if (name === "rate") {
    if (number < 0) throw invalid("set", "a rate must be at least 0");
    return { after: Number(after), rate: number };
  }
  if (!elementName.test(name)) throw invalid("set", `"${name}" is no number of a network`);
  return { after: Number(after), element: name, value: number };
}

function decoded(name: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid(name, "its letters are not encoded as those of an address");
  }
}

const invalid = (field: string, what: string): ChainruleError =>
  new ChainruleError("INVALID_ARGUMENT", `The address cannot be read at "${field}": ${what}.`, { field });
