// A step of a fused kernel: one expression on four elements, looped over a block by a generic function.

// A slot: [pointer, bytes from one vector to the next, –, –, splat]. A step: [code, z, x, y, condition], slots by offset.

// F has no fields: a null reference is enough to call its method, which is inlined.
export function map1<F>(step: usize, slots: usize, vectors: i32): void {
  const f = changetype<F>(0);
  let z = load<usize>(slots + load<usize>(step, 4));
  const sx = slots + load<usize>(step, 8);
  let x = load<usize>(sx);
  const dx = load<usize>(sx, 4);
  const end = z + (vectors << 4);
  do {
    v128.store(z, f.at(v128.load(x)));
    x += dx;
    z += 16;
  } while (z < end);
}

export function map2<F>(step: usize, slots: usize, vectors: i32): void {
  const f = changetype<F>(0);
  let z = load<usize>(slots + load<usize>(step, 4));
  const sx = slots + load<usize>(step, 8);
  const sy = slots + load<usize>(step, 12);
  let x = load<usize>(sx);
  let y = load<usize>(sy);
  const dx = load<usize>(sx, 4);
  const dy = load<usize>(sy, 4);
  const end = z + (vectors << 4);
  do {
    v128.store(z, f.at(v128.load(x), v128.load(y)));
    x += dx;
    y += dy;
    z += 16;
  } while (z < end);
}

export function map3<F>(step: usize, slots: usize, vectors: i32): void {
  const f = changetype<F>(0);
  let out = load<usize>(slots + load<usize>(step, 4));
  const sx = slots + load<usize>(step, 8);
  const sy = slots + load<usize>(step, 12);
  const sz = slots + load<usize>(step, 16);
  let x = load<usize>(sx);
  let y = load<usize>(sy);
  let z = load<usize>(sz);
  const dx = load<usize>(sx, 4);
  const dy = load<usize>(sy, 4);
  const dz = load<usize>(sz, 4);
  const end = out + (vectors << 4);
  do {
    v128.store(out, f.at(v128.load(x), v128.load(y), v128.load(z)));
    x += dx;
    y += dy;
    z += dz;
    out += 16;
  } while (out < end);
}

export const STEP_BYTES: usize = 20;
