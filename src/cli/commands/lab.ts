// chainrule lab: the runs of a folder in a page, running or finished.
import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { Argument } from "commander";
import { ChainruleError } from "../../ir/errors.ts";
import { type CommandRecord, option } from "../command.ts";
import { interruptible } from "../interrupt.ts";
import { print, type Streams } from "../output.ts";
import { wrap } from "../terminal/text.ts";
import { whole } from "../values.ts";

interface LabFlags {
  readonly port?: number;
}

const usual = "runs";

export const labCommand: CommandRecord<[place: string | undefined], LabFlags> = {
  name: "lab",
  summary: "show runs in a page, with their gradients",
  description:
    "Shows the runs of a folder, running or finished, in a page of this machine. Nothing leaves it, and nothing is written.",
  arguments: [new Argument("[place]", `a folder of runs, or one run (default: ${usual})`)],
  options: [option("--port <n>", "where the page is served (default: a free one)", whole(1, 65535))],
  examples: ["lab", "lab runs/2026-01-31-iris-1", "lab --port 8000"],
  hint: "chainrule train … --lab shows a training as it runs, with pause and stop.",
  run: ([place], flags, streams) => lab(place, flags, streams),
};

async function lab(place: string | undefined, { port }: LabFlags, streams: Streams): Promise<void> {
  const { startLab } = await import("../lab/server.ts");
  const { folder, opened } = await placeOf(place);
  const say = (text: string) => print(streams.stderr, ({ width }) => wrap(text, width));
  const onFault = (error: Error) => say(`warning: a request failed (${error.message}).`);
  const server = await startLab({ folder, opened, port, onFault });
  await interruptible(
    () => {},
    async (signal) => {
      print(streams.stdout, ({ colors }) => [`The lab is at ${colors.cyan(server.address)}`]);
      say("Open it in a browser of this machine. Ctrl-C ends it.");
      if (!signal.aborted) await once(signal, "abort");
    },
  );
  await server.close();
}

/** The folder of the runs, and which of them is opened. Throws FILE_NOT_FOUND. */
async function placeOf(place: string | undefined): Promise<{ readonly folder: string; readonly opened?: string }> {
  if (place === undefined) return { folder: usual };
  if (!existsSync(place) || !statSync(place).isDirectory())
    throw new ChainruleError(
      "FILE_NOT_FOUND",
      `"${place}" is no folder. Give a folder of runs, or the folder of one.`,
      {
        place,
      },
    );
  if (!existsSync(join(place, "run.json"))) return { folder: place };
  // The runs beside it can be laid over it.
  const path = await realpath(place);
  return { folder: relative("", dirname(path)) || ".", opened: basename(path) };
}
