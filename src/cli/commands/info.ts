// chainrule info: what was found on this machine to compute with, and what a training would run on.
import { version } from "../../runs/version.ts";
import { type CommandRecord, jsonOption } from "../command.ts";
import { print, printJson, type Streams } from "../output.ts";
import { wrap } from "../terminal/text.ts";

interface InfoFlags {
  readonly json?: true;
}

export const infoCommand: CommandRecord<[], InfoFlags> = {
  name: "info",
  summary: "show what computes on this machine",
  description: "Shows what was found on this machine to compute with, and what a training runs on.",
  arguments: [],
  options: [jsonOption()],
  explanation: `The environment variable CHAINRULE_BLAS names a BLAS library to use, or
is "off". Unset: the package with OpenBLAS for this platform, or a BLAS
that is installed.`,
  examples: ["info"],
  run: (_, flags, streams) => info(flags, streams),
};

async function info(flags: InfoFlags, streams: Streams): Promise<void> {
  const { computeInfo } = await import("../engine.ts");
  const found = computeInfo();
  const { processor, threads, fusedMultiplyAdd, blas } = found;
  const origin = "from" in blas ? (blas.package ? `package ${blas.package}` : blas.file) : "";
  const edge = "from" in blas ? Math.round(Math.cbrt(blas.from)) : 0;
  const rows: [string, string][] = [
    ["chainrule", version],
    ["runtime", `Node ${process.versions.node} (V8 ${process.versions.v8}), ${process.platform} ${process.arch}`],
    ["processor", `${processor ?? "unknown"}, ${threads} ${threads === 1 ? "thread" : "threads"}`],
    ["machine", `WebAssembly SIMD ${fusedMultiplyAdd ? "with" : "without"} fused multiply-add`],
    [
      "BLAS",
      "reason" in blas
        ? `none: ${blas.reason}`
        : `${blas.name} (${origin}), for matrix products from ${edge} × ${edge} × ${edge} on`,
    ],
  ];
  print(flags.json ? streams.stderr : streams.stdout, ({ width, colors }) =>
    rows.flatMap(([name, text]) => {
      const lines = wrap(text, Math.max(20, width - 11));
      return lines.map((line, i) => `${i === 0 ? colors.bold(name.padEnd(9)) : " ".repeat(9)}  ${line}`);
    }),
  );
  if (flags.json) {
    const { node, v8 } = process.versions;
    printJson(streams, { chainrule: version, node, v8, ...found });
  }
}
