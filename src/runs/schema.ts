// The JSON Schema of run folders, for programs in other languages that read or write them: made from the checks that reading makes.
import { type JsonSchema, recordSchema } from "../ir/checks.ts";
import { eventChecks } from "./event-checks.ts";
import { formatVersion, manifestChecks } from "./manifest.ts";

const refTo = (name: string): JsonSchema => ({ $ref: `#/$defs/${name}` });

/**
 * JSON Schema 2020-12 of a line of events.jsonl; `$defs.run` is that of run.json, `$defs.epoch` and so on those of single
 * events. A number that is not finite is null.
 */
export function runSchema(): JsonSchema {
  const events = Object.entries(eventChecks).map(([type, checks]) => {
    const { properties, required, ...rest } = recordSchema(checks);
    return [
      type,
      {
        ...rest,
        properties: { type: { const: type }, ...(properties as JsonSchema) },
        required: ["type", ...(required as string[])],
      },
    ] as const;
  });
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: `An event of a training: a line of events.jsonl in a run folder of Chainrule, format ${formatVersion}`,
    anyOf: events.map(([type]) => refTo(type)),
    $defs: { ...Object.fromEntries(events), run: { title: "run.json", ...recordSchema(manifestChecks) } },
  };
}
