// The command line in a folder of its own, with two tables to train on.
import { writeFile } from "node:fs/promises";
import { beforeAll, expect } from "vitest";
import { folderPerFile } from "../src/runs/test-folder.ts";

/** The tests of a file run in a folder of their own, which holds people.csv and prices.csv. */
export function useOwnFolder(): void {
  folderPerFile();
  beforeAll(async () => {
    await writeFile("people.csv", csv(people));
    await writeFile("prices.csv", csv(prices));
  });
}

export const lastLine = (text: string) => JSON.parse(text.trimEnd().split("\n").at(-1)!);

export type Row = Readonly<Record<string, string>>;
export const csv = (rows: readonly Row[]) =>
  `${[Object.keys(rows[0]!), ...rows.map((row) => Object.values(row))].map((cells) => cells.join(",")).join("\n")}\n`;
/** No cell of these tests needs quotes. */
export const rowsOf = (text: string): Row[] => {
  const [header, ...lines] = text.trimEnd().split("\n");
  const names = header!.split(",");
  return lines.map((cells) => Object.fromEntries(cells.split(",").map((cell, i) => [names[i]!, cell])));
};

/** A repeatable stream of numbers in [0, 1) (Park and Miller 1988). */
export function generator(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

/** Numbers, categories, booleans, dates and missing cells; who stays depends on all of them. */
export const people: Row[] = (() => {
  const random = generator(5);
  return Array.from({ length: 150 }, (_, i) => {
    const age = Math.round(20 + random() * 50);
    const city = ["Bonn", "Köln", "Ulm"][Math.floor(random() * 3)]!;
    const member = random() < 0.5;
    const joined = new Date(Date.UTC(2020, 0, 1) + Math.floor(random() * 1000) * 86_400_000).toISOString().slice(0, 10);
    const score = age / 20 + (city === "Ulm" ? 2 : 0) + (member ? 1.5 : 0) + (joined < "2021-06" ? 1 : 0);
    return {
      age: i % 11 === 3 ? "" : String(age),
      city: i % 13 === 4 ? "" : city,
      member: i % 17 === 5 ? "" : String(member),
      joined: i % 19 === 6 ? "" : joined,
      stays: score > 4.5 ? "yes" : score > 3.2 ? "maybe" : "no",
    };
  });
})();

export const prices: Row[] = (() => {
  const random = generator(9);
  return Array.from({ length: 150 }, () => {
    const [area, rooms] = [Math.round(30 + random() * 120), Math.ceil(random() * 5)];
    const garden = random() < 0.4;
    const price = 1000 * (20 + 3 * area + 8 * rooms + (garden ? 60 : 0));
    return { area: String(area), rooms: String(rooms), garden: garden ? "yes" : "no", price: String(price) };
  });
})();

export const figure = expect.any(Number);
export const quick = ["--epochs", "40", "--hidden", "16", "--batch", "16"];
