// The host's BLAS.

/**
 * z [m, n] = x [m, k] y [k, n], or z += where `add`: addresses, and bytes from one row, column or k to the next, of which
 * one of each operand is 4.
 */
export declare function gemm(
  x: usize,
  xRow: usize,
  xK: usize,
  y: usize,
  yK: usize,
  yColumn: usize,
  z: usize,
  zRow: usize,
  m: i32,
  n: i32,
  k: i32,
  add: i32,
): void;
