// chainrule lab: the runs of a folder in a page, running or finished.
import { once } from "node:events";
import { Argument } from "commander";
import { type CommandRecord, option } from "../command.ts";
import { interruptible } from "../interrupt.ts";
import { placeOf, usualFolder } from "../lab/place.ts";
import { print, type Streams } from "../output.ts";
import { wrap } from "../terminal/text.ts";
import { whole } from "../values.ts";

interface LabFlags {
  readonly port?: number;
}

export const labCommand: CommandRecord<[place: string | undefined], LabFlags> = {
  name: "lab",
  summary: "show runs in a page, with their gradients",
  description:
    "Shows the runs of a folder, running or finished, in a page of this machine. Nothing leaves it, and nothing is written.",
  arguments: [new Argument("[place]", `a folder of runs, or one run (default: ${usualFolder})`)],
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
