// Milliseconds a step against parameters, both logarithmic, a line a contestant; as SVG.

import { parse, View } from "vega";
import { compile } from "vega-lite";

/** Warm colours are Chainrule's. */
const colors = {
  ...{ chainrule: "#d62728", "chainrule on 1 thread": "#f28e2b", "chainrule + BLAS": "#e377c2" },
  ...{ "plain JavaScript": "#59a14f", "brain.js": "#8cd17d", "tfjs wasm": "#17a2b8", "tfjs cpu": "#9edae5" },
  ...{ "jax-js": "#b6992d", JAX: "#1f77b4", PyTorch: "#6a3d9a", "PyTorch compiled": "#b294d1" },
  ...{ "scikit-learn": "#8c564b", floor: "#888888" },
};

/** Of entries { parameters, results, floor }; undefined where there are fewer than two. */
export async function plot(entries) {
  if (entries.length < 2) return undefined;
  const values = entries.flatMap(({ parameters, results, floor }) => [
    ...results.map(({ name, median }) => ({ contestant: name, parameters, ms: median * 1000 })),
    ...(Number.isFinite(floor) ? [{ contestant: "floor", parameters, ms: floor * 1000 }] : []),
  ]);
  // The legend stands in the order of the lines at the right edge.
  const largest = Math.max(...values.map(({ parameters }) => parameters));
  const atEdge = values.filter(({ parameters }) => parameters === largest).sort((a, b) => b.ms - a.ms);
  const order = [...new Set([...atEdge, ...values].map(({ contestant }) => contestant))];
  const range = order.map((name) => colors[name] ?? "#000000");
  const own = { test: "test(/^chainrule/, datum.contestant)", value: 2.5 };
  const encoding = {
    x: {
      field: "parameters",
      type: "quantitative",
      scale: { type: "log" },
      axis: { title: "parameters", format: "~s", tickCount: 6 },
    },
    y: {
      field: "ms",
      type: "quantitative",
      scale: { type: "log" },
      axis: { title: "milliseconds a step", labelExpr: "format(datum.value, '~r')", tickCount: 6 },
    },
    color: { field: "contestant", type: "nominal", scale: { domain: order, range }, sort: null },
    strokeWidth: { condition: own, value: 1.5 },
    strokeDash: { condition: { test: "datum.contestant === 'floor'", value: [5, 4] }, value: [1, 0] },
  };
  const { spec } = compile({
    width: 600,
    height: 400,
    background: "white",
    padding: 16,
    title: {
      text: "A training step by size of the network",
      subtitle: "two hidden layers, batch 32, SGD",
      anchor: "start",
    },
    data: { values },
    encoding,
    mark: { type: "line", point: { size: 36 } },
    config: {
      font: "sans-serif",
      view: { stroke: null },
      axis: { grid: true, gridColor: "#eeeeee", domainColor: "#999999", tickColor: "#999999" },
      title: { fontSize: 15, subtitleColor: "#555555" },
      legend: { title: null, labelFontSize: 12, labelLimit: 0, symbolType: "stroke", symbolStrokeWidth: 3 },
    },
  });
  return new View(parse(spec), { renderer: "none" }).toSVG();
}
