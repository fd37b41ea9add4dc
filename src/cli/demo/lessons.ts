// The list of lessons: what each computes, and how it is written. Nothing of a lesson is loaded before it is asked for.
import type { Style } from "../terminal/style.ts";

interface Lesson {
  /** Plain data. */
  readonly figures: object;
  render(style: Style): string[];
}

/** In the order of their numbers, which begin with 1. */
export const lessons: readonly (() => Promise<Lesson>)[] = [
  async () => {
    const [{ lesson1 }, { renderLesson1 }] = [await import("../../demo/lesson1.ts"), await import("./lesson1.ts")];
    const figures = lesson1();
    return { figures, render: (style) => renderLesson1(figures, style) };
  },
  async () => {
    const [{ lesson2 }, { renderLesson2 }] = [await import("../../demo/lesson2.ts"), await import("./lesson2.ts")];
    const figures = lesson2();
    return { figures, render: (style) => renderLesson2(figures, style) };
  },
  async () => {
    const [{ lesson3 }, { renderLesson3 }] = [await import("../../demo/lesson3.ts"), await import("./lesson3.ts")];
    const figures = await lesson3();
    return { figures, render: (style) => renderLesson3(figures, style) };
  },
  async () => {
    const { examples, renderLesson4 } = await import("./lesson4.ts");
    const commands = examples.map(([file, shows]) => ({ command: `node examples/${file}.mjs`, shows }));
    return { figures: { examples: commands }, render: renderLesson4 };
  },
];
