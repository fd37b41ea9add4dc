// Scalar expressions where a careless formula fails: tails, zeros, infinities, NaN.
import { expect, test } from "vitest";
import { ops } from "./index.ts";

const { NaN: nan } = Number;

test.each([
  ["sigmoid", {}, [-800], 0],
  ["sigmoid", {}, [800], 1],
  ["softplus", {}, [800], 800],
  ["softplus", {}, [-800], 0],
  ["softplus", {}, [-40], Math.exp(-40)],
  ["silu", {}, [800], 800],
  ["silu", {}, [-800], -0],
  ["gelu", {}, [800], 800],
  ["gelu", {}, [-800], -0],
  ["geluTanh", {}, [800], 800],
  ["geluTanh", {}, [-800], -0],
  ["elu", { alpha: 0.5 }, [-800], -0.5],
  ["elu", { alpha: 0.5 }, [800], 800],
  ["leakyRelu", { slope: 0.1 }, [-800], -80],
  ["tanh", {}, [800], 1],
  ["expm1", {}, [1e-20], 1e-20],
  ["log1p", {}, [1e-20], 1e-20],
  ["relu", {}, [-0], 0],
  ["relu", {}, [nan], nan],
  ["maximum", {}, [1, nan], nan],
  ["minimum", {}, [nan, 1], nan],
  ["sign", {}, [-3], -1],
  ["floor", {}, [-0.5], -1],
  ["pow", {}, [0, 0], 1],
  ["pow", {}, [-2, 3], -8],
  ["equal", {}, [nan, nan], 0],
  ["notEqual", {}, [nan, nan], 1],
  ["isFinite", {}, [nan], 0],
  ["isFinite", {}, [-Infinity], 0],
  ["where", {}, [1, 2, nan], 2],
  ["cast", { dtype: "int32" }, [-2.9], -2],
  ["cast", { dtype: "int32" }, [2147483647.5], 2147483647],
  ["cast", { dtype: "int32" }, [3e9], 2147483647],
  ["cast", { dtype: "int32" }, [-3e9], -2147483648],
  ["cast", { dtype: "int32" }, [Infinity], 2147483647],
  ["cast", { dtype: "int32" }, [nan], 0],
  ["cast", { dtype: "bool" }, [-0.5], 1],
  ["cast", { dtype: "float32" }, [0.1], Math.fround(0.1)],
] as const)("%s %j of %j is %d", (name, attributes, inputs, expected) => {
  const dtype = "dtype" in attributes ? attributes.dtype : "float64";
  const scalar = ops[name].scalar(attributes as never, dtype) as (...inputs: number[]) => number;
  expect(scalar(...inputs)).toBe(expected);
});
