// The runs that the page shows, in its address: "#run=a&run=b" lays b over a, "#run" is the list of runs.
import { useSyncExternalStore } from "react";
import { hasServer, listRuns } from "./server.ts";

/** Of an address that is one of runs; empty for the list. Undefined for any other. */
export function runsInAddress(hash: string): readonly string[] | undefined {
  const parts = hash.replace(/^#/, "").split("&");
  if (!parts.every((part) => part === "run" || part.startsWith("run="))) return undefined;
  return parts.flatMap((part) => {
    try {
      const name = decodeURIComponent(part.slice("run=".length));
      return name === "" ? [] : [name];
    } catch {
      return [];
    }
  });
}

/** Of one run, of several, or of the list. */
export const addressOfRuns = (names: readonly string[]): string =>
  names.length === 0 ? "#run" : `#${names.map((name) => `run=${encodeURIComponent(name)}`).join("&")}`;

const subscribe = (listener: () => void): (() => void) => {
  for (const event of ["popstate", "hashchange"]) addEventListener(event, listener);
  return () => {
    for (const event of ["popstate", "hashchange"]) removeEventListener(event, listener);
  };
};

/** The component is drawn anew where the address changes. */
export const useRunsInAddress = (): readonly string[] | undefined =>
  runsInAddress(useSyncExternalStore(subscribe, () => location.hash));

/** A page of chainrule lab that was asked for nothing else shows its runs, where there are some or will be. */
export async function openServedRuns(): Promise<void> {
  if (!hasServer() || location.hash !== "") return;
  const { opened, training, runs } = await listRuns();
  if (location.hash !== "" || (training === undefined && runs.length === 0)) return;
  location.replace(addressOfRuns(opened === undefined ? [] : [opened]));
}
