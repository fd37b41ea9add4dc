// The BLAS that chainrule finds, called directly: what products cost without anything around them.
import { createRequire } from "node:module";
import { findBlas } from "../../dist/backends/blas/find.js";

const [rowMajor, noTranspose] = [101, 111];
let sgemm;

export function start({ threads }) {
  const { library, reason } = findBlas();
  if (!library) throw new Error(`no BLAS: ${reason}`);
  const koffi = createRequire(library.koffi)(library.koffi);
  const handle = koffi.load(library.file);
  if (library.setThreads !== undefined) handle.func(library.setThreads)(threads);
  sgemm = handle.func(
    `void ${library.prefix}cblas_sgemm(int order, int tx, int ty, int m, int n, int k, float alpha, const float *x, int ldx, const float *y, int ldy, float beta, _Inout_ float *z, int ldz)`,
  );
}

export const version = () => findBlas().library.name;

export function load({ kind, n }) {
  if (kind !== "product") return { unsupported: "products only" };
  const [x, y, z] = [0.5, 0.25, 0].map((value) => new Float32Array(n * n).fill(value));
  return {
    async run(steps) {
      for (let i = 0; i < steps; i++) sgemm(rowMajor, noTranspose, noTranspose, n, n, n, 1, x, n, y, n, 0, z, n);
      return z[n * n - 1];
    },
    dispose() {},
  };
}
