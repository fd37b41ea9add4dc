// A BLAS called on the machine's memory: cblas_sgemm through koffi, by addresses, without a copy.
import type { LibraryHandle } from "koffi";
import { addressOf, loadKoffi } from "../koffi.ts";

/** z [m, n] = x [m, k] y [k, n]: addresses, and bytes from one row, column or k to the next; one of each operand is 4. */
export type Gemm = (
  x: number,
  xRow: number,
  xK: number,
  y: number,
  yK: number,
  yColumn: number,
  z: number,
  zRow: number,
  m: number,
  n: number,
  k: number,
  /** Not 0: z += x y. */
  add: number,
) => void;

/** A BLAS that was found. Plain data: threads load it again by it. */
export interface BlasLibrary {
  /** "OpenBLAS", "BLIS", "MKL", "Accelerate", or "BLAS". */
  readonly name: string;
  /** What the loader was asked for: "libopenblas.so.0", or a path. */
  readonly file: string;
  /** Path of the koffi package. */
  readonly koffi: string;
  /** What its names begin with: "scipy_" for scipy_cblas_sgemm, else "". */
  readonly prefix: string;
  /** The package that holds it; absent where it is installed on the machine. */
  readonly package?: string;
  /** C declaration of the function that takes the number of threads that BLAS itself may use; it is set to 1. */
  readonly setThreads: string | undefined;
}

const ROW_MAJOR = 101;
const NO_TRANSPOSE = 111;
const TRANSPOSE = 112;

/** Throws what the loader says where there is no such library or no cblas_sgemm in it. */
export function loadGemm({ file, koffi: path, prefix, setThreads }: BlasLibrary, memory: WebAssembly.Memory): Gemm {
  const koffi = loadKoffi(path);
  const library: LibraryHandle = koffi.load(file);
  if (setThreads !== undefined) library.func(setThreads)(1);
  const sgemm = library.func(
    `void ${prefix}cblas_sgemm(int order, int tx, int ty, int m, int n, int k, float alpha, uint64_t x, int ldx, uint64_t y, int ldy, float beta, uint64_t z, int ldz)`,
  );
  const base = addressOf(koffi, memory.buffer);
  return (x, xRow, xK, y, yK, yColumn, z, zRow, m, n, k, add) => {
    const isX = xK === 4;
    const isY = yColumn === 4;
    // Strides of a single row mean nothing, but BLAS refuses what is shorter than a row.
    const ldx = Math.max(isX ? xRow >> 2 : xK >> 2, isX ? k : m);
    const ldy = Math.max(isY ? yK >> 2 : yColumn >> 2, isY ? n : k);
    const tx = isX ? NO_TRANSPOSE : TRANSPOSE;
    const ty = isY ? NO_TRANSPOSE : TRANSPOSE;
    sgemm(ROW_MAJOR, tx, ty, m, n, k, 1, base + x, ldx, base + y, ldy, add, base + z, zRow >> 2);
  };
}
