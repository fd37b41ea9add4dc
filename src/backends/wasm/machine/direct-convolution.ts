// CONV2D_DIRECT and its gradients: plain loops over rows, for groups of few channels; NCHW.
import { DirectConv2d } from "./instructions.generated";
import { shareStart } from "./share";

/** First output column whose input column o · stride + shift is not negative. */
function firstColumn(shift: i32, stride: i32): i32 {
  return shift >= 0 ? 0 : (stride - 1 - shift) / stride;
}

/** One past the last output column whose input column o · stride + shift is below `width`. */
function endColumn(shift: i32, stride: i32, width: i32, columns: i32): i32 {
  return shift >= width ? 0 : min(columns, (width - 1 - shift) / stride + 1);
}

/** y[i · yStep] += w x[i · xStep], steps in bytes */
function addScaled(y: usize, yStep: usize, x: usize, xStep: usize, w: f32, n: i32): void {
  if (yStep == 4 && xStep == 4) {
    const w4 = f32x4.splat(w);
    for (; n >= 4; n -= 4, x += 16, y += 16) v128.store(y, f32x4.add(v128.load(y), f32x4.mul(w4, v128.load(x))));
  }
  for (; n > 0; n--, x += xStep, y += yStep) store<f32>(y, load<f32>(y) + w * load<f32>(x));
}

/** One plane (image, channel) of y from x, or (gradient) of dx from dy. */
function plane(p: DirectConv2d, unit: i32, gradient: bool): void {
  const inGroup = p.inChannels / p.groups;
  const outGroup = p.outChannels / p.groups;
  const height = p.height;
  const width = p.width;
  const kh = p.kh;
  const kw = p.kw;
  const oh = p.oh;
  const ow = p.ow;
  const strideW = p.strideW;
  const channels = gradient ? p.inChannels : p.outChannels;
  const image = unit / channels;
  const channel = unit - image * channels;
  const group = channel / (gradient ? inGroup : outGroup);
  const first = group * (gradient ? outGroup : inGroup);
  const others = gradient ? p.outChannels : p.inChannels;
  const planeBytes = (gradient ? height * width : oh * ow) << 2;
  const otherBytes = (gradient ? oh * ow : height * width) << 2;
  const to = p.output + unit * planeBytes;
  const from = (gradient ? p.second : p.first) + image * others * otherBytes;
  const weights = gradient ? p.first : p.second;
  memory.fill(to, 0, planeBytes);
  for (let other = first; other < first + (gradient ? outGroup : inGroup); other++) {
    const out = gradient ? other : channel;
    const within = gradient ? channel - group * inGroup : other - first;
    let w = weights + (((out * inGroup + within) * kh * kw) << 2);
    const source = from + other * otherBytes;
    for (let ky = 0; ky < kh; ky++) {
      const shiftY = ky * p.dilationH - p.paddingH;
      for (let kx = 0; kx < kw; kx++, w += 4) {
        const shift = kx * p.dilationW - p.paddingW;
        const start = firstColumn(shift, strideW);
        const count = endColumn(shift, strideW, width, ow) - start;
        if (count <= 0) continue;
        for (let oy = 0; oy < oh; oy++) {
          const y = oy * p.strideH + shiftY;
          if (<u32>y >= <u32>height) continue;
          const input = (y * width + start * strideW + shift) << 2;
          const output = (oy * ow + start) << 2;
          if (gradient) addScaled(to + input, strideW << 2, source + output, 4, load<f32>(w), count);
          else addScaled(to + output, 4, source + input, strideW << 2, load<f32>(w), count);
        }
      }
    }
  }
}

export function directConv2d(p: DirectConv2d, thread: i32, threads: i32): void {
  const units = p.batch * p.outChannels;
  const end = shareStart(units, thread + 1, threads);
  for (let unit = shareStart(units, thread, threads); unit < end; unit++) plane(p, unit, false);
}

export function directInputGradient(p: DirectConv2d, thread: i32, threads: i32): void {
  const units = p.batch * p.inChannels;
  const end = shareStart(units, thread + 1, threads);
  for (let unit = shareStart(units, thread, threads); unit < end; unit++) plane(p, unit, true);
}

/** dw[out, in, ky, kx] = Σ over images and outputs of dy x; a unit is one (out, in). */
export function directWeightGradient(p: DirectConv2d, thread: i32, threads: i32): void {
  const batch = p.batch;
  const channels = p.inChannels;
  const inGroup = channels / p.groups;
  const out = p.outChannels;
  const outGroup = out / p.groups;
  const height = p.height;
  const width = p.width;
  const kh = p.kh;
  const kw = p.kw;
  const oh = p.oh;
  const ow = p.ow;
  const strideW = p.strideW;
  const end = shareStart(out * inGroup, thread + 1, threads);
  for (let unit = shareStart(out * inGroup, thread, threads); unit < end; unit++) {
    const outChannel = unit / inGroup;
    const inChannel = (outChannel / outGroup) * inGroup + unit - outChannel * inGroup;
    let dw = p.output + ((unit * kh * kw) << 2);
    for (let ky = 0; ky < kh; ky++) {
      const shiftY = ky * p.dilationH - p.paddingH;
      for (let kx = 0; kx < kw; kx++, dw += 4) {
        const shift = kx * p.dilationW - p.paddingW;
        const start = firstColumn(shift, strideW);
        const count = endColumn(shift, strideW, width, ow) - start;
        let sum: f32 = 0;
        for (let image = 0; image < batch && count > 0; image++) {
          const x = p.first + (((image * channels + inChannel) * height * width) << 2);
          const dy = p.second + (((image * out + outChannel) * oh * ow) << 2);
          let lanes = f32x4.splat(0);
          let rest: f32 = 0;
          for (let oy = 0; oy < oh; oy++) {
            const y = oy * p.strideH + shiftY;
            if (<u32>y >= <u32>height) continue;
            let a = x + ((y * width + start * strideW + shift) << 2);
            let b = dy + ((oy * ow + start) << 2);
            let n = count;
            if (strideW == 1) {
              for (; n >= 4; n -= 4, a += 16, b += 16) {
                lanes = f32x4.add(lanes, f32x4.mul(v128.load(a), v128.load(b)));
              }
            }
            for (; n > 0; n--, a += strideW << 2, b += 4) rest += load<f32>(a) * load<f32>(b);
          }
          sum +=
            rest +
            (f32x4.extract_lane(lanes, 0) +
              f32x4.extract_lane(lanes, 1) +
              (f32x4.extract_lane(lanes, 2) + f32x4.extract_lane(lanes, 3)));
        }
        store<f32>(dw, sum);
      }
    }
  }
}
