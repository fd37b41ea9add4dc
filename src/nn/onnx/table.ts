// The list of ONNX's operators, by their names.
import { attentions } from "./attention.ts";
import { elementwise } from "./elementwise.ts";
import { gathers } from "./gathers.ts";
import { knowns } from "./known.ts";
import { losses } from "./losses.ts";
import { movements } from "./movement.ts";
import { normalizations } from "./normalization.ts";
import type { OnnxOp } from "./op.ts";
import { products } from "./products.ts";
import { recurrents } from "./recurrent.ts";
import { reductions } from "./reductions.ts";
import { resizes } from "./resize.ts";
import { windows } from "./windows.ts";

/** By family. */
export const onnxFamilies = {
  elementwise,
  reductions,
  products,
  movement: movements,
  gathers,
  windows,
  resize: resizes,
  normalization: normalizations,
  attention: attentions,
  recurrent: recurrents,
  losses,
  known: knowns,
} satisfies Record<string, Record<string, OnnxOp>>;

const byName = new Map<string, OnnxOp>(Object.values(onnxFamilies).flatMap((family) => Object.entries<OnnxOp>(family)));

/** The record of an operator, or undefined. */
export const onnxOp = (name: string): OnnxOp | undefined => byName.get(name);
