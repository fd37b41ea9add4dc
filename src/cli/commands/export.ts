// chainrule export: a trained network, or the events of its training, in the format of other programs.
import { realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { Argument } from "commander";
import { bytes } from "../../data/wording.ts";
import { type ExportFormat, exporterOf, exportFormats } from "../../interop/exporters.ts";
import { ChainruleError } from "../../ir/errors.ts";
import type { RunReader } from "../../runs/index.ts";
import { type CommandRecord, option, required } from "../command.ts";
import { checkpointOption, modelOf, type RowFlags } from "../new-rows.ts";
import { print, type Streams, stdoutName } from "../output.ts";
import { eventsOf } from "../run-events.ts";
import { printable, wrap } from "../terminal/text.ts";
import { writeWhole } from "../write-whole.ts";

interface ExportFlags extends Pick<RowFlags, "checkpoint"> {
  readonly format: ExportFormat;
  readonly out?: string;
}

const formatsText = (): string => {
  const wide = Math.max(...exportFormats.map((name) => name.length)); // Spread: a handful of formats.
  return exportFormats
    .map((name) => {
      const [first, ...others] = wrap(`${exporterOf(name).holds} (.${exporterOf(name).extension})`, 74 - wide);
      return [`  ${name.padEnd(wide)}  ${first}`, ...others.map((line) => `${" ".repeat(wide + 4)}${line}`)].join("\n");
    })
    .join("\n");
};

export const exportCommand: CommandRecord<[run: string], ExportFlags> = {
  name: "export",
  summary: "write a trained network for other programs",
  description: "Writes what came out of a training into one file that other programs read.",
  arguments: [new Argument("<run>", "the run folder of a training")],
  options: [
    required("--format <name>", "what is written").choices(exportFormats),
    option("-o, --out <file>", "where to write, - for stdout (default: <run>.<extension> here)"),
    checkpointOption(),
  ],
  explanation: `Formats:\n${formatsText()}`,
  examples: [
    "export runs/2026-01-31-iris-1 --format typescript",
    "export runs/2026-01-31-iris-1 --format chainrule --out iris.safetensors",
  ],
  run: ([run], flags, streams) => exportRun(run, flags, streams),
};

async function exportRun(dir: string, flags: ExportFlags, streams: Streams): Promise<void> {
  const exporter = exporterOf(flags.format);
  const name = basename(resolve(dir));
  const out = flags.out ?? `${name}.${exporter.extension}`;
  if (exporter.from === "events" && flags.checkpoint !== undefined)
    throw new ChainruleError(
      "USAGE",
      `--checkpoint is for formats that hold weights; ${flags.format} holds ${exporter.holds}. Leave it out.`,
      { format: flags.format },
    );
  const { openRun } = await import("../engine.ts");
  const run = await openRun(dir);
  if (out !== stdoutName) await refuseWithin(run, out);
  const content =
    exporter.from === "model"
      ? await exporter.write(await modelOf(run, flags), name)
      : await exporter.write(await eventsOf(run, streams), name);
  if (out !== stdoutName) {
    await writeWhole(out, content);
    const size = typeof content === "string" ? Buffer.byteLength(content) : content.length;
    print(streams.stderr, () => [`Wrote ${bytes(size)} to ${printable(out)}`]);
    return;
  }
  const { stdout } = streams;
  if (typeof content === "string") {
    // Names of columns are data: on a terminal their control characters are shown and not obeyed.
    stdout.write(stdout.isTTY ? content.split("\n").map(printable).join("\n") : content);
    return;
  }
  if (stdout.isTTY)
    throw new ChainruleError(
      "USAGE",
      `A file of the format ${flags.format} is no text for a terminal. Name a file with --out, or hand stdout to a program.`,
      { format: flags.format },
    );
  stdout.write(content);
}

/** The files of a run are its own: what is written among them could be one of them. */
async function refuseWithin({ dir }: RunReader, out: string): Promise<void> {
  const folder = await realpath(dirname(resolve(out))).catch(() => dirname(resolve(out)));
  const path = relative(await realpath(dir), join(folder, basename(out)));
  if (path.startsWith(`..${sep}`) || isAbsolute(path)) return;
  throw new ChainruleError(
    "USAGE",
    `--out ${out} is in the run folder, whose files are its own; choose another place.`,
    {
      out,
      dir,
    },
  );
}
