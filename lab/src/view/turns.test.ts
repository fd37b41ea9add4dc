// Drawing in turn, with frames of a screen that the test shows, and a clock that goes on with what is drawn.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { drawInTurn, race, whenDrawn } from "./turns.ts";

let frames: (() => void)[] = [];
let now = 0;

beforeEach(() => {
  frames = [];
  vi.stubGlobal("requestAnimationFrame", (call: () => void) => frames.push(call));
  vi.spyOn(performance, "now").mockImplementation(() => now);
});

afterEach(() => {
  race(false);
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** The next frame of the screen: whether anybody had asked for it. */
function showFrame(): boolean {
  const calls = frames.splice(0);
  for (const call of calls) call();
  return calls.length > 0;
}

/** So many parts, each of so many milliseconds: what was drawn stands in `drawn`. */
function picture(drawn: string[], name: string, parts: number, milliseconds: number): () => "more" | undefined {
  let left = parts;
  return () => {
    now += milliseconds;
    drawn.push(name);
    return --left > 0 ? "more" : undefined;
  };
}

it("draws the parts of a large picture over several frames", () => {
  const drawn: string[] = [];
  const done = vi.fn();
  drawInTurn(picture(drawn, "a", 5, 1.4));
  whenDrawn(done);
  showFrame();
  expect(drawn).toHaveLength(2);
  expect(done).not.toHaveBeenCalled();
  while (showFrame());
  expect(drawn).toHaveLength(5);
  expect(done).toHaveBeenCalledOnce();
});

it("begins what took long the last time in a frame of its own", () => {
  const drawn: string[] = [];
  const long = () => {
    now += 5;
    drawn.push("long");
  };
  drawInTurn(long);
  showFrame();
  drawInTurn(picture(drawn, "short", 1, 1));
  drawInTurn(long);
  showFrame();
  expect(drawn).toEqual(["long", "short"]);
  showFrame();
  expect(drawn).toEqual(["long", "short", "long"]);
});

it("leaves the frame in which numbers that race are written to them", () => {
  const drawn: string[] = [];
  race(true);
  drawInTurn(picture(drawn, "a", 1, 1));
  showFrame();
  expect(drawn).toEqual([]);
  showFrame();
  expect(drawn).toEqual(["a"]);
});
