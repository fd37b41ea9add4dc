// CONV2D_DIRECT and its gradients: plain loops over rows, for groups of few channels; NCHW.
import { shareStart } from "./share";

// [opcode, bytes, first input, second input, output, batch, in, height, width, out, kh, kw, oh, ow,
//  stride h, w, padding h, w, dilation h, w, groups]
const BATCH: usize = 20;
const IN: usize = 24;
const HEIGHT: usize = 28;
const WIDTH: usize = 32;
const OUT: usize = 36;
const KH: usize = 40;
const KW: usize = 44;
const OH: usize = 48;
const OW: usize = 52;
const STRIDE_H: usize = 56;
const STRIDE_W: usize = 60;
const PADDING_H: usize = 64;
const PADDING_W: usize = 68;
const DILATION_H: usize = 72;
const DILATION_W: usize = 76;
const GROUPS: usize = 80;

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
function plane(p: usize, unit: i32, gradient: bool): void {
  const inGroup = load<i32>(p, IN) / load<i32>(p, GROUPS);
  const outGroup = load<i32>(p, OUT) / load<i32>(p, GROUPS);
  const height = load<i32>(p, HEIGHT);
  const width = load<i32>(p, WIDTH);
  const kh = load<i32>(p, KH);
  const kw = load<i32>(p, KW);
  const oh = load<i32>(p, OH);
  const ow = load<i32>(p, OW);
  const strideW = load<i32>(p, STRIDE_W);
  const channels = load<i32>(p + (gradient ? IN : OUT));
  const image = unit / channels;
  const channel = unit - image * channels;
  const group = channel / (gradient ? inGroup : outGroup);
  const first = group * (gradient ? outGroup : inGroup);
  const others = load<i32>(p + (gradient ? OUT : IN));
  const planeBytes = (gradient ? height * width : oh * ow) << 2;
  const otherBytes = (gradient ? oh * ow : height * width) << 2;
  const to = load<usize>(p, 16) + unit * planeBytes;
  const from = load<usize>(p + <usize>(gradient ? 12 : 8)) + image * others * otherBytes;
  const weights = load<usize>(p + <usize>(gradient ? 8 : 12));
  memory.fill(to, 0, planeBytes);
  for (let other = first; other < first + (gradient ? outGroup : inGroup); other++) {
    const out = gradient ? other : channel;
    const within = gradient ? channel - group * inGroup : other - first;
    let w = weights + (((out * inGroup + within) * kh * kw) << 2);
    const source = from + other * otherBytes;
    for (let ky = 0; ky < kh; ky++) {
      const shiftY = ky * load<i32>(p, DILATION_H) - load<i32>(p, PADDING_H);
      for (let kx = 0; kx < kw; kx++, w += 4) {
        const shift = kx * load<i32>(p, DILATION_W) - load<i32>(p, PADDING_W);
        const start = firstColumn(shift, strideW);
        const count = endColumn(shift, strideW, width, ow) - start;
        if (count <= 0) continue;
        for (let oy = 0; oy < oh; oy++) {
          const y = oy * load<i32>(p, STRIDE_H) + shiftY;
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

export function directConv2d(p: usize, thread: i32, threads: i32): void {
  const units = load<i32>(p, BATCH) * load<i32>(p, OUT);
  const end = shareStart(units, thread + 1, threads);
  for (let unit = shareStart(units, thread, threads); unit < end; unit++) plane(p, unit, false);
}

export function directInputGradient(p: usize, thread: i32, threads: i32): void {
  const units = load<i32>(p, BATCH) * load<i32>(p, IN);
  const end = shareStart(units, thread + 1, threads);
  for (let unit = shareStart(units, thread, threads); unit < end; unit++) plane(p, unit, true);
}

/** dw[out, in, ky, kx] = Σ over images and outputs of dy x; a unit is one (out, in). */
export function directWeightGradient(p: usize, thread: i32, threads: i32): void {
  const batch = load<i32>(p, BATCH);
  const channels = load<i32>(p, IN);
  const inGroup = channels / load<i32>(p, GROUPS);
  const out = load<i32>(p, OUT);
  const outGroup = out / load<i32>(p, GROUPS);
  const height = load<i32>(p, HEIGHT);
  const width = load<i32>(p, WIDTH);
  const kh = load<i32>(p, KH);
  const kw = load<i32>(p, KW);
  const oh = load<i32>(p, OH);
  const ow = load<i32>(p, OW);
  const strideW = load<i32>(p, STRIDE_W);
  const end = shareStart(out * inGroup, thread + 1, threads);
  for (let unit = shareStart(out * inGroup, thread, threads); unit < end; unit++) {
    const outChannel = unit / inGroup;
    const inChannel = (outChannel / outGroup) * inGroup + unit - outChannel * inGroup;
    let dw = load<usize>(p, 16) + ((unit * kh * kw) << 2);
    for (let ky = 0; ky < kh; ky++) {
      const shiftY = ky * load<i32>(p, DILATION_H) - load<i32>(p, PADDING_H);
      for (let kx = 0; kx < kw; kx++, dw += 4) {
        const shift = kx * load<i32>(p, DILATION_W) - load<i32>(p, PADDING_W);
        const start = firstColumn(shift, strideW);
        const count = endColumn(shift, strideW, width, ow) - start;
        let sum: f32 = 0;
        for (let image = 0; image < batch && count > 0; image++) {
          const x = load<usize>(p, 8) + (((image * channels + inChannel) * height * width) << 2);
          const dy = load<usize>(p, 12) + (((image * out + outChannel) * oh * ow) << 2);
          let lanes = f32x4.splat(0);
          let rest: f32 = 0;
          for (let oy = 0; oy < oh; oy++) {
            const y = oy * load<i32>(p, STRIDE_H) + shiftY;
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
