// A language model: a small transformer learns fifteen sonnets of Shakespeare letter by letter, and writes one (Vaswani et al. 2017).
// @ts-check
import { readFileSync } from "node:fs";
import { compile, randomKey, randomUniform, tensor } from "chainrule";
import {
  activation,
  apply,
  dense,
  embedding,
  layerNorm,
  multiHeadAttention,
  positionEmbedding,
  residual,
  sequential,
} from "chainrule/nn";
import { adamw } from "chainrule/optim";
import { train } from "chainrule/train";

// Change these: the text, how many letters the model looks back on, its blocks. Epochs and stride may stand on the command line.
const text = readFileSync(new URL("sonnets.txt", import.meta.url), "utf8");
const context = 32;
const width = 64;
const heads = 4;
const blocks = 2;
/** The same letters on every machine; more threads are faster where nothing else runs. */
const engine = { deterministic: true, threads: 1 };
/** Letters from the beginning of one piece to the next: what begins at few places is learned with its places. */
const [epochs = 8, stride = 2] = process.argv.slice(2).map(Number);
/** Of the letters that it writes: towards 0 always the likeliest, at 1 as often as it thinks them likely. */
const temperature = 0.4;

const letters = [...new Set(text)].sort();
const codes = Array.from(text, (letter) => letters.indexOf(letter));

// A row is a piece of the text, its target the same piece one letter later: [rows, context] each.
const starts = Array.from({ length: Math.floor((codes.length - context - 1) / stride) }, (_, i) => stride * i);
const pieces = (/** @type {number} */ shift) =>
  tensor(Int32Array.from(starts.flatMap((start) => codes.slice(start + shift, start + shift + context))), {
    shape: [starts.length, context],
  });

const block = [
  residual(layerNorm(width), multiHeadAttention(width, heads, { causal: true })),
  residual(layerNorm(width), dense(width, 4 * width), activation("gelu"), dense(4 * width, width)),
];
const model = sequential(
  embedding(letters.length, width),
  positionEmbedding(context, width),
  ...Array.from({ length: blocks }, () => block).flat(),
  layerNorm(width),
  dense(width, letters.length),
);

const training = train({
  model,
  data: { x: pieces(0), y: pieces(1) },
  // Of logits [batch, context, letters] and labels [batch, context]: the mean over all letters.
  loss: "crossEntropy",
  optimizer: adamw({ learningRate: 3e-3 }),
  batchSize: 32,
  epochs,
  seed: 0,
  ...engine,
});
for await (const event of training) {
  if (event.type === "start") console.log(`${event.rows} pieces of ${context} letters, ${event.parameters} parameters`);
  if (event.type === "epoch") {
    console.log(`epoch ${event.epoch}: loss ${event.loss.toFixed(3)}, perplexity ${Math.exp(event.loss).toFixed(1)}`);
  }
}
const { variables } = await training.result();

// Causal attention sees nothing of what comes later: behind the letters so far may stand anything.
const logits = compile(
  (/** @type {import("chainrule/nn").Variables} */ learned, /** @type {import("chainrule").Tensor} */ x) =>
    apply(model, learned, x),
  engine,
);
const chances = randomUniform(randomKey(1), [300]).data;
const written = Array.from("Shall I ", (letter) => letters.indexOf(letter));
for (const chance of chances) {
  const seen = written.slice(-context);
  const row = tensor(
    Int32Array.from({ length: context }, (_, i) => seen[i] ?? 0),
    { shape: [1, context] },
  );
  const last = logits(variables, row).slice([0, seen.length - 1], [1, seen.length]);
  const likely = last.div(temperature).softmax(-1).data;
  // The letter at which the sum of the probabilities passes the chance.
  let [next, sum] = [0, likely[0] ?? 0];
  while (sum < chance && next < letters.length - 1) sum += likely[++next] ?? 0;
  written.push(next);
}
console.log(`\n${written.map((code) => letters[code]).join("")}`);
