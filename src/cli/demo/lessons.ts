// The lessons by number: what each computes, and how it is written.
import { lesson1 } from "../../demo/lesson1.ts";
import { lesson2 } from "../../demo/lesson2.ts";
import { lesson3 } from "../../demo/lesson3.ts";
import type { Style } from "../terminal/style.ts";
import { renderLesson1 } from "./lesson1.ts";
import { renderLesson2 } from "./lesson2.ts";
import { renderLesson3 } from "./lesson3.ts";
import { examples, renderLesson4 } from "./lesson4.ts";

interface Lesson {
  readonly figures: object;
  render(style: Style): string[];
}

/** A lesson's figures (plain data), and its text. */
export async function lesson(number: number): Promise<Lesson> {
  switch (number) {
    case 1: {
      const figures = lesson1();
      return { figures, render: (style) => renderLesson1(figures, style) };
    }
    case 2: {
      const figures = lesson2();
      return { figures, render: (style) => renderLesson2(figures, style) };
    }
    case 3: {
      const figures = await lesson3();
      return { figures, render: (style) => renderLesson3(figures, style) };
    }
    default: {
      const figures = { examples: examples.map(([file, shows]) => ({ command: `node examples/${file}.mjs`, shows })) };
      return { figures, render: renderLesson4 };
    }
  }
}
