// The arithmetic behind a graph of tensors: elements that are copies of others.
import { expect, it } from "vitest";
import { type Tensor, tensor } from "../index.ts";
import { explain } from "./index.ts";

it("explains an element that is moved five thousand times", () => {
  const explained = explain(
    ({ w }, name) => {
      let y: Tensor = w;
      for (let i = 0; i < 5_000; i++) y = y.reshape(i % 2 === 0 ? [1, 2] : [2]);
      return name("loss", y.square().sum());
    },
    { w: tensor([3, 4]) },
  );
  expect(explained.of("w[1]")).toMatchObject({ value: 4, loss: 25, gradient: 8, pathCount: 1 });
});

it("explains an element that goes through five thousand functions without names", () => {
  const explained = explain(
    ({ w }, name) => {
      let y: Tensor = w;
      for (let i = 0; i < 5_000; i++) y = y.neg();
      return name("loss", y.square().sum());
    },
    { w: tensor([3, 4]) },
  );
  expect(explained.of("w[1]")).toMatchObject({ value: 4, loss: 25, gradient: 8, pathCount: 1 });
});
