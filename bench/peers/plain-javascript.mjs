// A peer: a multilayer perceptron in plain JavaScript loops over Float64Array, as one writes it without a library.

/**
 * One training step of sizes [n0, n1, …] on fixed batches, from the values of each layer's weight and bias; activation on
 * hidden layers and, if `last`, on the output. Long: it is measured as one writes it, in one piece.
 */
export function plainNetwork(sizes, batch, { activation, loss, optimizer, learningRate, last }, values) {
  const layers = sizes.slice(1).map((outputs, l) => {
    const inputs = sizes[l];
    const zeros = (n) => new Float64Array(n);
    return {
      inputs,
      outputs,
      w: Float64Array.from(values[2 * l]),
      b: Float64Array.from(values[2 * l + 1]),
      dw: zeros(inputs * outputs),
      db: zeros(outputs),
      m: zeros((inputs + 1) * outputs),
      v: zeros((inputs + 1) * outputs),
      a: zeros(batch * outputs),
      delta: zeros(batch * outputs),
    };
  });
  let t = 0;
  // Long: as above.
  return (x, y) => {
    t++;
    let a = x;
    layers.forEach((layer, l) => {
      const isLast = l === layers.length - 1;
      const { inputs, outputs, w, b } = layer;
      for (let r = 0; r < batch; r++) {
        for (let j = 0; j < outputs; j++) layer.a[r * outputs + j] = b[j];
        for (let i = 0; i < inputs; i++) {
          const xi = a[r * inputs + i];
          for (let j = 0; j < outputs; j++) layer.a[r * outputs + j] += xi * w[i * outputs + j];
        }
      }
      if (!isLast || last) {
        for (let k = 0; k < layer.a.length; k++) {
          const z = layer.a[k];
          layer.a[k] = activation === "relu" ? Math.max(0, z) : 1 / (1 + Math.exp(-z));
        }
      }
      a = layer.a;
    });
    const top = layers.at(-1);
    let total = 0;
    if (loss === "halfSumOfSquares") {
      for (let k = 0; k < top.a.length; k++) {
        const e = top.a[k] - y[k];
        total += 0.5 * e * e;
        top.delta[k] = last ? e * top.a[k] * (1 - top.a[k]) : e;
      }
    } else {
      const classes = top.outputs;
      for (let r = 0; r < batch; r++) {
        let max = Number.NEGATIVE_INFINITY;
        for (let j = 0; j < classes; j++) max = Math.max(max, top.a[r * classes + j]);
        let sum = 0;
        for (let j = 0; j < classes; j++) sum += Math.exp(top.a[r * classes + j] - max);
        for (let j = 0; j < classes; j++) {
          const p = Math.exp(top.a[r * classes + j] - max) / sum;
          const hit = y[r] === j ? 1 : 0;
          if (hit) total -= Math.log(p) / batch;
          top.delta[r * classes + j] = (p - hit) / batch;
        }
      }
    }
    for (let l = layers.length - 1; l >= 0; l--) {
      const { inputs, outputs, w, dw, db, delta } = layers[l];
      const input = l === 0 ? x : layers[l - 1].a;
      dw.fill(0);
      db.fill(0);
      for (let r = 0; r < batch; r++) {
        for (let j = 0; j < outputs; j++) db[j] += delta[r * outputs + j];
        for (let i = 0; i < inputs; i++) {
          const xi = input[r * inputs + i];
          for (let j = 0; j < outputs; j++) dw[i * outputs + j] += xi * delta[r * outputs + j];
        }
      }
      if (l === 0) continue;
      const below = layers[l - 1];
      for (let r = 0; r < batch; r++) {
        for (let i = 0; i < inputs; i++) {
          let sum = 0;
          for (let j = 0; j < outputs; j++) sum += delta[r * outputs + j] * w[i * outputs + j];
          const h = below.a[r * inputs + i];
          below.delta[r * inputs + i] = activation === "relu" ? (h > 0 ? sum : 0) : sum * h * (1 - h);
        }
      }
    }
    const c1 = 1 - 0.9 ** t;
    const c2 = 1 - 0.999 ** t;
    for (const layer of layers) {
      const update = (p, g, offset) => {
        for (let k = 0; k < p.length; k++) {
          if (optimizer === "sgd") {
            p[k] -= learningRate * g[k];
            continue;
          }
          const m = (layer.m[offset + k] = 0.9 * layer.m[offset + k] + 0.1 * g[k]);
          const v = (layer.v[offset + k] = 0.999 * layer.v[offset + k] + 0.001 * g[k] * g[k]);
          p[k] -= (learningRate * (m / c1)) / (Math.sqrt(v / c2) + 1e-8);
        }
      };
      update(layer.w, layer.dw, 0);
      update(layer.b, layer.db, layer.w.length);
    }
    return total;
  };
}
