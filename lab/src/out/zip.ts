// A run as one zip file, with its table beside the folder.
import { zipSync } from "fflate";
import type { RunFolder } from "./run-folder.ts";

export function zipOf({ name, files, source }: RunFolder): Uint8Array<ArrayBuffer> {
  const entries = [...files].map(([path, bytes]) => [`${name}/${path}`, bytes] as const);
  return zipSync(Object.fromEntries([...entries, [source.name, source.bytes]])) as Uint8Array<ArrayBuffer>;
}
