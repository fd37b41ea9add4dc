// Explanations against finite differences, against their own arithmetic, and against the lessons' figures.
import { describe, expect, it } from "vitest";
import { randomKey, randomUniform, type Tensor, tensor } from "../index.ts";
import { activation, dense, halfSumOfSquares, sequential } from "../nn/index.ts";
import { adagrad, adam, adamw, initOptimizer, rmsprop, sgd, updateOptimizer } from "../optim/index.ts";
import { type Explain, type Explanation, explain, toLatex, toMarkdown, toText, withUpdate } from "./index.ts";
import { explainNetwork } from "./lessons.ts";
import {
  architectures,
  compute,
  draw,
  generator,
  isWorked,
  labels,
  network,
  perceptron,
  rows,
} from "./test-networks.ts";

describe("explain", () => {
  it.each(architectures)("agrees with finite differences for a hundred numbers of %s", (name, make) => {
    const one = make();
    const random = generator(name.length + 7);
    for (const element of draw(one, 100, random)) {
      const { gradient, check, paths, rest, pathCount } = one.of(element);
      expect(Math.abs(gradient - check.slope), element).toBeLessThan(2e-8 + 1e-6 * Math.abs(gradient));
      const sum = paths.reduce((total, { product }) => total + product, rest);
      expect(Math.abs(sum - gradient), element).toBeLessThan(1e-12 + 1e-9 * Math.abs(gradient));
      for (const { factors, product } of paths) {
        const by = factors.reduce((total, { value }) => total * value, 1);
        expect(Math.abs(by - product)).toBeLessThan(1e-12 * Math.max(1, Math.abs(product)));
      }
      for (let i = 1; i < paths.length; i++) {
        expect(Math.abs(paths[i]!.product)).toBeLessThanOrEqual(Math.abs(paths[i - 1]!.product));
      }
      if (pathCount === 0) expect(gradient).toBe(0);
    }
  });

  it.each(architectures)("writes numbers that give what they say, in %s", (name, make) => {
    const one = make();
    let worked = 0;
    for (const element of draw(one, 12, generator(name.length))) {
      const { forward, paths } = one.of(element);
      for (const equation of [...forward, ...paths.flatMap(({ factors }) => factors)]) {
        if (!isWorked(equation)) continue;
        worked++;
        const value = compute(equation.numbers!.text);
        const scale = Math.max(1, ...equation.numbers!.text.split(/[^\d.]+/).map((part) => Number(part) || 0));
        expect(Math.abs(value - equation.value), `${equation.left.text} = ${equation.numbers!.text}`).toBeLessThan(
          1e-9 * scale,
        );
      }
    }
    expect(worked).toBeGreaterThan(20);
  });

  it("counts paths: all of them add up to the gradient", () => {
    const one = network(perceptron("tanh", "tanh"), rows(4).slice([0, 0], [1, 4]), labels(1, 3));
    const { paths, pathCount, rest, gradient, exhaustive } = one.of("layers.0.weight[1,2]", { paths: 1000 });
    // One neuron, five in the next layer, three logits.
    expect({ pathCount, shown: paths.length, rest, exhaustive }).toEqual({
      pathCount: 15,
      shown: 15,
      rest: 0,
      exhaustive: true,
    });
    expect(paths.reduce((sum, { product }) => sum + product, 0)).toBeCloseTo(gradient, 14);
  });

  it("says where it did not compare all paths, and still gives the exact sum of the rest", () => {
    const wide = sequential(
      dense(4, 60),
      activation("tanh"),
      dense(60, 60),
      activation("tanh"),
      dense(60, 60),
      activation("tanh"),
      dense(60, 3),
    );
    const one = network(wide, randomUniform(randomKey(1), [40, 4]), labels(40, 3));
    const { exhaustive, paths, rest, gradient } = one.of("layers.0.weight[0,0]");
    expect(exhaustive).toBe(false);
    expect(paths.reduce((sum, { product }) => sum + product, rest)).toBeCloseTo(gradient, 12);
  });

  it("gives the figures of lesson 1", () => {
    const one = neuron();
    expect(one.values("y")[0]).toBe(0.5174928576663897);
    expect(one.loss).toBe(0.05040085733458521);
    expect(-one.gradients("z")[0]!).toBe(-0.07927606158013764);
    expect(-0.5 * one.of("w[0]").gradient).toBeCloseTo(-0.003963803079, 12);
    expect(-0.5 * one.of("w[1]").gradient).toBeCloseTo(-0.011891409237, 12);
  });

  it("refuses elements that are not there", () => {
    const one = neuron();
    const refused = (element: string) => {
      try {
        one.of(element);
      } catch (error) {
        return (error as Error).message;
      }
      throw new Error(`${element} was explained`);
    };
    expect(
      ["v[0]", "w", "w[2]", "w[-1]", "w[0,0]", "z[0]", "w[a]", "w[0", "__proto__[0]"].map(refused),
    ).toMatchSnapshot();
  });

  it("gives the figures of lesson 2", () => {
    const { figures, of } = explainNetwork({
      x: [0.5, 0.1, -0.2],
      w1: [
        [0.5, -0.6],
        [0.1, -0.2],
        [0.1, 0.7],
      ],
      w2: [0.1, -0.3],
      target: 0.6,
      rate: 0.5,
    });
    // The tutorial's last digit comes from a fused multiply-add: test/lessons.test.ts.
    expect(Math.abs(figures.net - -0.06012438223148007)).toBeLessThan(1.4e-17);
    expect(figures.output).toBe(0.48497343084992534);
    expect(figures.deltaOutput).toBe(0.028730669543515018);
    const rounded = (values: readonly number[], digits: number) => values.map((v) => Number(v.toFixed(digits)));
    expect(rounded(figures.hiddenNet, 12)).toEqual([0.24, -0.46]);
    expect(rounded(figures.hidden, 8)).toEqual([0.55971365, 0.38698582]);
    expect(rounded(figures.deltaHidden, 8)).toEqual([0.00070802, -0.00204471]);
    expect(rounded(figures.deltaW2, 8)).toEqual([0.00804047, 0.00555918]);
    const expected = [1.77005547e-4, -5.11178506e-4, 3.54011093e-5, -1.02235701e-4, -7.08022187e-5, 2.04471402e-4];
    figures.deltaW1.flat().forEach((delta, i) => {
      expect(Number(delta.toPrecision(9))).toBe(expected[i]);
    });
    for (const [element, delta] of [
      ["W1[2,1]", figures.deltaW1[2]![1]!],
      ["W2[0]", figures.deltaW2[0]!],
    ] as const) {
      const { value, gradient, update } = of(element);
      expect(update!.equations.at(-1)!.value).toBeCloseTo(value + delta, 15);
      expect(-0.5 * gradient).toBeCloseTo(delta, 15);
    }
  });

  it("shows where paths end", () => {
    const one = explain(
      ({ w, x }, name) =>
        name("h", x.matmul(w).relu())
          .matmul(tensor([[1], [2]]))
          .sum(),
      {
        w: tensor([
          [1, -1],
          [1, 1],
        ]),
        x: tensor([[1, 0]]),
      },
    );
    const dead = one.of("w[0,1]");
    expect(dead).toMatchObject({ pathCount: 0, gradient: 0, check: { slope: 0 } });
    expect(dead.ends.map(({ left, value }) => [left.text, value])).toEqual([["∂h[0,1]/∂matmul₁[0,1]", 0]]);
    // With the element that the path ends at, which its derivative speaks of.
    expect(dead.forward.map(({ left, symbols, value }) => [left.text, symbols.text, value])).toEqual([
      ["matmul₁[0,1]", "x[0,0] · w[0,1] + x[0,1] · w[1,1]", -1],
      ["h[0,1]", "max(matmul₁[0,1], 0)", 0],
    ]);
    const unseen = one.of("w[1,0]");
    expect(unseen.ends.map(({ left, symbols }) => [left.text, symbols.text])).toEqual([
      ["∂matmul₁[0,0]/∂w[1,0]", "x[0,1]"],
    ]);
    expect(toText(dead)).toContain("No path leads to the loss");
    // The sum and its relu are parts of one expression here.
    const inside = explain(({ a }) => a.sub(3).relu().mul(2), { a: tensor(1) }).of("a");
    expect(inside.ends.map(({ left, value }) => [left.text, value])).toEqual([["∂loss/∂a", 0]]);
  });

  it("says what the loss is once, where the loss is the number", () => {
    const one = explain(({ a }) => a.exp(), { a: tensor(0) });
    expect(toText(one.of("loss")).split("\n")[0]).toBe("loss = 1");
    expect(toMarkdown(one.of("loss")).split("\n")[0]).toBe("$\\mathrm{loss} = 1$");
    expect(toText(one.of("a")).split("\n")[0]).toBe("a = 0, loss = 1");
  });

  it("keeps long sums short: the terms on the way, the largest ones, and the others together", () => {
    const one = network(
      sequential(dense(4, 40), activation("tanh"), dense(40, 3)),
      rows(4).slice([0, 0], [1, 4]),
      labels(1, 3),
    );
    const { forward } = one.of("layers.0.weight[2,7]");
    const { symbols, numbers, value } = forward.find(({ left }) => left.text === "layers.2[0,1]")!;
    expect(symbols.text).toContain("layers.1[0,7] · layers.2.weight[7,1] + ");
    expect(symbols.text).toContain(" + (the other 36 terms) + layers.2.bias[1]");
    expect(compute(numbers!.text)).toBeCloseTo(value, 10);
    for (const groups of [
      explain(({ x }) => x.softmax(-1).slice([0, 2], [1, 3]).sum(), { x: rows(20).slice([0, 0], [1, 20]) }),
      explain(({ x }) => x.mean(), { x: rows(30) }),
      explain(({ x }) => x.var(), { x: rows(30) }),
    ]) {
      const [first] = groups.of("x[0,2]").forward;
      expect(first!.symbols.text).toMatch(/\(the other \d+ terms\)/);
      expect(compute(first!.numbers!.text)).toBeCloseTo(first!.value, 10);
    }
  });

  const kinds = [
    sgd({ learningRate: 0.5 }),
    sgd({ momentum: 0.9, weightDecay: 0.1 }),
    sgd({ momentum: 0.8, nesterov: true }),
    rmsprop(),
    rmsprop({ momentum: 0.9, weightDecay: 0.01 }),
    adagrad({ weightDecay: 0.2 }),
    adam({ weightDecay: 0.05 }),
    adamw({ weightDecay: 0.3 }),
  ];
  it.each(kinds.map((kind) => [JSON.stringify(kind), kind] as const))("writes the update of %s", (_, optimizer) => {
    const f64 = (value: number) => tensor(Float64Array.of(value), { shape: [] });
    const explanation = neuron().of("w[1]");
    const given = initOptimizer(optimizer, f64(0));
    const state = Object.fromEntries(Object.keys(given).map((slot, i) => [slot, 0.01 * (i + 2)]));
    const [step, learningRate, clip] = [6, 0.03, 0.4];
    const next = updateOptimizer(
      optimizer,
      { p: f64(0.5) },
      { p: f64(clip * explanation.gradient) },
      Object.fromEntries(Object.entries(state).map(([slot, value]) => [slot, { p: f64(value) }])),
      { step: tensor(Int32Array.of(step), { shape: [] }), learningRate: f64(learningRate) },
    );
    const { update } = withUpdate(explanation, optimizer, { state, step, learningRate, clip });
    const by = new Map(update.equations.map((equation) => [equation.left.text, equation]));
    expect(by.get("w[1]′")!.value).toBeCloseTo(next.parameters.p.item(), 14);
    for (const slot of Object.keys(state)) {
      expect(by.get(`${slot}′`)!.value).toBeCloseTo((next.state[slot] as { p: Tensor }).p.item(), 14);
    }
    for (const { numbers, value, left } of update.equations) {
      if (numbers) expect(compute(numbers.text), `${left.text} = ${numbers.text}`).toBeCloseTo(value, 10);
    }
    expect(by.get("w[1]′")!.symbols.text).toMatchSnapshot();
  });

  it.each(architectures)("is LaTeX that closes what it opens, in ASCII, and fits a terminal: %s", (name, make) => {
    const one = make();
    for (const element of draw(one, 4, generator(name.length + 1))) {
      const explanation = one.of(element);
      const tex = toLatex(explanation);
      expect(tex).toMatch(/^[ -~\n]*$/);
      for (const [open, close] of [
        [/\\left[(|]/g, /\\right[)|]/g],
        [/\\begin\{/g, /\\end\{/g],
        [/(?<!\\)\{/g, /(?<!\\)\}/g],
        [/^\\\[$/gm, /^\\\]$/gm],
      ] as const) {
        expect(tex.match(open)?.length, String(open)).toBe(tex.match(close)?.length);
      }
      for (const line of toText(explanation, 80).split("\n")) {
        // One name or number with what belongs to it may be longer.
        if (/ [+−·/] /.test(line.replace(/^.*?= /, ""))) expect([...line].length, line).toBeLessThanOrEqual(80);
      }
    }
  });

  it("escapes what LaTeX and Markdown would read otherwise", () => {
    const one = explain(({ a_b }) => a_b.square(), { a_b: tensor(3) }).of("a_b");
    expect(toLatex({ ...one, about: ["100 % of {x_1} & $y$"] })).toContain("100 \\% of \\{x\\_1\\} \\& \\$y\\$");
    expect(toLatex(one)).toContain("\\mathrm{a\\_b}");
    expect(toMarkdown({ ...one, about: ["*x* < $y$"] })).toContain("\\*x\\* \\< \\$y\\$");
  });

  it("refuses what has no gradient", () => {
    const tensors = { w: tensor([1, 2]), rows: tensor(Int32Array.of(1, 0)) };
    const one = explain((t) => t.w.gather(t.rows).square().sum(), tensors);
    expect(() => one.of("rows[0]")).toThrow(/rows\[0\]: it is int32, and only floats have gradients/);
    expect(() => explain((t) => t.w.square(), tensors)).toThrow(/must return a float scalar, the loss; it returned/);
  });

  it("is written as text, as Markdown and as LaTeX", () => {
    const element: Explanation = neuron().of("w[1]");
    expect(toText(element)).toMatchSnapshot();
    expect(toMarkdown(element)).toMatchSnapshot();
    expect(toLatex(element)).toMatchSnapshot();
    const softmax = network(perceptron("relu"), rows(4).slice([0, 0], [1, 4]), labels(1, 3));
    expect(toText(softmax.of("layers.0.weight[2,1]"))).toMatchSnapshot();
    expect(JSON.parse(JSON.stringify(element))).toEqual(element);
  });
});

function neuron(): Explain {
  const tensors = { w: tensor([-0.8, 0.5]), x: tensor([0.1, 0.3]), target: tensor(0.2) };
  return explain(({ w, x, target }, name) => {
    const y = name("y", name("z", w.matmul(x)).sigmoid());
    return name("E", halfSumOfSquares(y, target));
  }, tensors);
}
