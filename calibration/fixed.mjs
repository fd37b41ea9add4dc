// Cases on tables that a checkout has: few and quick, so that a test can hold their verdicts. They are of no half, and no figure is made of them.
import { diagnose } from "../dist/diagnose/diagnose.js";
import { measuredOf } from "./evidence.mjs";
import { caseOf, run, trainingOf } from "./suite.mjs";

/** Kind, mechanism or settings, table. */
const cases = [
  ["healthy", "defaults", "iris"],
  ["healthy", "defaults", "penguins"],
  ["healthy", "defaults", "fuel"],
  ["healthy", "adam", "penguins"],
  ["healthy", "sgd", "fuel"],
  ["healthy", "gelu, layer norm", "fuel"],
  ["vanishing-gradient", "deep sigmoid", "penguins"],
  ["vanishing-gradient", "small weights, deep tanh", "fuel"],
  ["exploding-gradient", "large weights", "iris"],
  ["dead-units", "biases of most units", "penguins"],
  ["saturation", "large weights", "fuel"],
  ["bad-initialization", "zeros", "penguins"],
  ["bad-initialization", "huge biases", "penguins"],
  ["learning-rate-too-high", "gradient descent", "penguins"],
  ["learning-rate-too-low", "a thousandth", "penguins"],
  ["learning-rate-too-low", "clipped to nothing", "fuel"],
  ["unscaled-feature", "a small unit", "fuel"],
  ["leaking-feature", "noisy copy", "fuel"],
  ["leaking-feature", "codes of the class", "penguins"],
  ["uninformative-features", "targets of other rows", "penguins"],
  ["label-noise", "any label", "penguins"],
  ["label-noise", "exchanged values", "fuel"],
  ["batch-too-small", "momentum", "fuel"],
  ["overfitting", "products of columns", "fuel"],
  ["constant-output", "constant columns", "penguins"],
  ["class-imbalance", "one of several", "penguins"],
  ["non-finite", "NaN in a column", "iris"],
];

/** Networks on parts of the table take longer than all else: they are asked where they may say something. */
const isMeasured = (kind, mechanism) =>
  ["label-noise", "leaking-feature"].includes(kind) || (kind === "healthy" && mechanism === "defaults");

/** By the name of each case its verdicts, in their order: "kind (severity)". */
export async function fixedVerdicts() {
  const said = [];
  for (const [kind, mechanism, table] of cases) {
    const one = caseOf("none", kind, mechanism, table);
    const { events } = await run(await trainingOf(one));
    const measured = isMeasured(kind, mechanism) ? await measuredOf(one) : undefined;
    const verdicts = diagnose(events, measured).verdicts.map(({ kind, severity }) => `${kind} (${severity})`);
    said.push([one.name, verdicts.join(", ") || "nothing"]);
  }
  return Object.fromEntries(said);
}
