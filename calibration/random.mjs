// Seeded random numbers for the suite: the same on every machine.
import { splitmix32 } from "../dist/data/random.js";

/** 32 bits of a text (FNV-1a). */
export function hash(text) {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** Draws by name: `draw.uniform(0, 1)`, `draw.normal()`, `draw.whole(1, 6)`, `draw.one(list)`, `draw.some(list, n)`. */
export function draws(seed) {
  const next = splitmix32(seed);
  for (let i = 0; i < 4; i++) next();
  const unit = () => (next() + 0.5) / 2 ** 32;
  const draw = {
    uniform: (from = 0, to = 1) => from + (to - from) * unit(),
    /** Even in the logarithm. */
    scale: (from, to) => Math.exp(draw.uniform(Math.log(from), Math.log(to))),
    /** Box and Muller 1958. */
    normal: () => Math.sqrt(-2 * Math.log(unit())) * Math.cos(2 * Math.PI * unit()),
    whole: (from, to) => from + Math.floor(unit() * (to - from + 1)),
    one: (list) => list[Math.floor(unit() * list.length)],
    chance: (share) => unit() < share,
    shuffled: (list) => {
      const all = [...list];
      for (let i = all.length - 1; i > 0; i--) {
        const j = Math.floor(unit() * (i + 1));
        [all[i], all[j]] = [all[j], all[i]];
      }
      return all;
    },
    seed: () => next() & 0x7fffffff,
  };
  return draw;
}
