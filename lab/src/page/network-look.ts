// What the network's edges and units show.
import { Cell } from "./cell.ts";

export interface NetworkLook {
  readonly edges: "weight" | "gradient";
  readonly units: "value" | "delta";
}

export const networkLook = new Cell<NetworkLook>({ edges: "weight", units: "value" });
