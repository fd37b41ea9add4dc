// Lesson 4: what is on the page as a program and as a command line, to be run and changed.
import { stateOfSet } from "../recipe/address.ts";
import type { Scene } from "./scene.ts";

const start = { ...stateOfSet("circle"), selection: undefined };

export const runScene: Scene = {
  title: "Run it yourself",
  start: { ...start, panels: ["out"] },
  beats: [
    {
      text: "Here is a network on a table of 400 points: two numbers in, one of two classes out. Press Play, and watch the output find the disc. Then press Pause: below is the program that does the same.",
      change: { ...start, panels: ["out"] },
    },
    {
      text: "The program has the table, the settings and the seed of this page, so it comes to the same weights, bit for bit. Save the table and the program beside one another, run it with Node, and change what you like.",
      guess: {
        question: "You change the seed and train again. What stays the same?",
        answers: ["The weights", "The order of the rows", "The table"],
        right: 2,
        because:
          "Initial weights and the order of rows follow from the seed; the table does not. Each seed is another training, and all of its bits repeat.",
      },
      change: { panels: ["out"] },
    },
    {
      text: "The command line trains the same network on the same table, saved as CSV, and keeps its run in a folder: metrics, every event, the model. From there it predicts, explains and diagnoses. Now the lab is yours: your data, your network.",
      change: { panels: ["out"] },
    },
  ],
};
