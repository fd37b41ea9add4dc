// Settings of trainings without a fault: the defaults of `chainrule train`, and what people change of them.

/** At their own default rates. */
export const otherOptimizers = ["adam", "sgd", "rmsprop", "adagrad"];

/** By name; each is trained with on every table, or on those that draw it. */
const ways = {
  defaults: {},
  adam: { optimizer: "adam" },
  sgd: { optimizer: "sgd" },
  rmsprop: { optimizer: "rmsprop" },
  adagrad: { optimizer: "adagrad" },
  wide: { hidden: [128, 128] },
  narrow: { hidden: [16] },
  "deep tanh": { hidden: [32, 32, 32], activation: "tanh" },
  "small batches": { batchSize: 16, epochs: 40 },
  "large batches": { batchSize: 128 },
  short: { epochs: 20 },
  "gelu, layer norm": { hidden: [48, 48], activation: "gelu", normalization: "layer" },
  dropout: { hidden: [96, 48], dropout: 0.2 },
  "lower rate": { learningRate: 0.002 },
};
const always = ["defaults", "adam", "sgd"];
const sometimes = ["rmsprop", "adagrad"];
const further = Object.keys(ways).filter((name) => ![...always, ...sometimes].includes(name));
/** Of `further`, for each table. */
const furtherPerTable = 4;

export const healthySettings = (name) => ({ ...ways[name] });
export const isOtherOptimizer = (name) => otherOptimizers.includes(name);

/** Names of the settings that a table is trained with. */
export const healthyWays = (draw) => [
  ...always,
  draw.one(sometimes),
  ...draw.shuffled(further).slice(0, furtherPerTable),
];

/** What a fault is put into: half of the trainings as they are by default. */
export function drawnSettings(draw) {
  const isDefault = draw.chance(0.5);
  const hidden = draw.one([[64, 32], [32], [64], [48, 24], [32, 32], [96, 48]]);
  const activation = draw.one(["relu", "relu", "gelu", "elu", "tanh", "silu"]);
  const optimizer = draw.one(["adamw", "adamw", "adam", "rmsprop", "adagrad"]);
  const batchSize = draw.one([16, 32, 32, 64]);
  return isDefault ? {} : { hidden, activation, optimizer, batchSize, epochs: 60 };
}
