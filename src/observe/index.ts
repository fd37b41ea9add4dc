// What is seen of a training: the chain-rule ledger, profiles of data and of its rows, and the types of observations.
import "../run/engine.ts";

export { type ChainPoint, chainOf, type LayerPoint } from "./chain.ts";
export { type DataProfile, type FeatureProfile, type ProfiledData, profileData } from "./data-profile.ts";
export {
  type AnswersProfile,
  type ErrorsProfile,
  type Example,
  type ExampleRows,
  type ExamplesProfile,
  type ExamplesSettings,
  profileExamples,
  type ResidualsProfile,
} from "./examples.ts";
export type { Hook, Hooks } from "./hooks.ts";
export { type Gradient, type LedgerRow, ledgerOf } from "./ledger.ts";
export type * from "./observation.ts";
export type { Origin } from "./origin.ts";
export type { Sketch } from "./sketch.ts";
