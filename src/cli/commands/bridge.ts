// chainrule bridge: a file with which another program that trains writes run folders.
import { readFile } from "node:fs/promises";
import { Argument } from "commander";
import { namesOf } from "../../ir/record-list.ts";
import { type BridgeName, bridges } from "../bridge/bridges.ts";
import { type CommandRecord, option } from "../command.ts";
import { cliFolder } from "../folder.ts";
import { print, type Streams, stdoutName } from "../output.ts";
import { printable } from "../terminal/text.ts";
import { writeWhole } from "../write-whole.ts";

interface BridgeFlags {
  readonly out?: string;
}

export const bridgeCommand: CommandRecord<[program: BridgeName], BridgeFlags> = {
  name: "bridge",
  summary: "let another program's trainings be looked into",
  description:
    "Prints a file with which another program that trains writes run folders, so that ledger, diagnose, export and the lab work on them.",
  arguments: [new Argument("<program>", "what trains").choices(namesOf(bridges))],
  options: [option("-o, --out <file>", "where to write, - for stdout").default(undefined, "stdout")],
  explanation: `Programs:\n${Object.entries(bridges)
    .map(([name, { title, file, needs }]) => `  ${name}  ${title}: ${file}, which needs\n           ${needs}`)
    .join("\n")}`,
  examples: ["bridge pytorch > chainrule.py", "bridge pytorch --out chainrule.py"],
  run: ([program], flags, streams) => bridge(program, flags, streams),
};

async function bridge(program: BridgeName, { out = stdoutName }: BridgeFlags, streams: Streams): Promise<void> {
  const text = await readFile(new URL(`bridge/${bridges[program].file}`, cliFolder), "utf8");
  if (out === stdoutName) {
    streams.stdout.write(text);
    return;
  }
  await writeWhole(out, text);
  print(streams.stderr, () => [`Wrote ${printable(out)}`]);
}
