// What every record of a loss must hold, from the list alone.
import { describe, expect, it } from "vitest";
import { arange, concat, tensor, zeros } from "../../index.ts";
import { defaultLoss, type LossRecord, losses, lossesOf, lossNames } from "./index.ts";
import { targetTensor } from "./targets.ts";

const rows = 5;
const classes = 2;
/** Numbers that the loss takes: without their sign, where it takes none below 0. */
const taken = ({ targets }: LossRecord, y: readonly number[]) =>
  targets.range?.includes(-1, 1) === false ? y.map(Math.abs) : y;

/** Outputs z [rows, outputs] and targets [rows] as tables give them. */
function example(loss: LossRecord) {
  const { task, outputs, targets } = loss;
  const width = outputs(task === "classification" ? classes : 0);
  const z = tensor(Float64Array.from({ length: rows * width }, (_, i) => Math.sin(3 * i)));
  const y = task === "classification" ? [0, 1, 1, 0, 1] : taken(loss, [0.3, -2, 4, 0, 1]);
  return { z: z.reshape([rows, width]), target: targetTensor(targets, y, "float64") };
}

describe.each(lossNames.map((name) => [name, losses[name] as LossRecord] as const))("%s", (name, loss) => {
  const { z, target } = example(loss);

  it("is a function of its name: the reduction of what each example loses", () => {
    expect(loss.name).toBe(name);
    const each = loss.perExample(z, target);
    expect(each.size).toBe(rows);
    expect(loss(z, target).item()).toBe((loss.reduction === "mean" ? each.mean() : each.sum()).item());
  });

  it("takes targets of the shape and type that it says", () => {
    const { dtype, shape, range } = loss.targets;
    expect(target.shape).toEqual(shape(rows, 1));
    expect(target.dtype).toBe(dtype === "float" ? "float64" : dtype);
    for (const y of target.data) expect(range?.includes(y, z.shape[1]!) ?? true).toBe(true);
    expect(() => loss.perExample(z, zeros([rows + 1, 1]))).toThrowError(
      expect.objectContaining({ code: "SHAPE_MISMATCH" }),
    );
  });

  it("reads outputs: probabilities are the softmax of logits, values have a column", () => {
    const said = loss.predict(z);
    expect(said.shape).toEqual([rows, loss.task === "classification" ? classes : 1]);
    expect(loss.logits === undefined).toBe(loss.task === "regression");
    loss
      .logits?.(z)
      .softmax(-1)
      .data.forEach((p, i) => {
        expect(p).toBeCloseTo(said.data[i]!, 14);
      });
  });

  it("is in the power of the target's unit that it says", () => {
    if (loss.task === "classification") return expect(loss.unitPower).toBe(0);
    const tripled = loss.link === "log" ? z.add(Math.log(3)) : z.mul(3);
    const [once, thrice] = [loss(z, target).item(), loss(tripled, target.mul(3)).item()];
    const power = Math.log(thrice / once) / Math.log(3);
    if (loss.unitPower === undefined) expect(Math.abs(power - Math.round(power))).toBeGreaterThan(1e-6);
    else expect(power).toBeCloseTo(loss.unitPower, 12);
  });

  it("of the best constant is the least over all constants, with weights of classes, too", () => {
    const targets = loss.task === "regression" ? taken(loss, [-3, -0.5, 0, 0.25, 0.5, 4, 9]) : [0, 1, 1, 0, 1, 1, 1];
    const constants = arange(13_000).mul(0.001).sub(4).reshape([13_000, 1]);
    // The last output is the constant, the others are 0.
    const outputs = concat([zeros([13_000, z.shape[1]! - 1]), constants], 1);
    for (const one of [loss, ...(loss.weighted ? [loss.weighted([3, 0.5])] : [])]) {
      const parts = targets.map((y) => {
        const target = targetTensor(one.targets, new Float64Array(13_000).fill(y), "float64");
        const weight = one.weights?.(outputs, target)?.data[0] ?? 1;
        return { weight, weighed: one.perExample(outputs, target).mul(weight) };
      });
      const total = parts.map(({ weighed }) => weighed).reduce((a, b) => a.add(b));
      const least = total
        .div(parts.reduce((sum, { weight }) => sum + weight, 0))
        .min()
        .item();
      expect(one.constantLoss(targets)).toBeCloseTo(least, 5);
      expect(one.constantLoss(targets)).toBeLessThan(least + 1e-9);
    }
  });
});

it.each(["classification", "regression"] as const)("one loss is the default of a %s", (task) => {
  expect(lossesOf[task].filter((name) => losses[name].isDefault)).toEqual([defaultLoss(task)]);
});
