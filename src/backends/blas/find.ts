// Looks for a BLAS on this machine: by the loader's usual names, or where CHAINRULE_BLAS says.
import { ChainruleError } from "../../ir/errors.ts";
import { type BlasLibrary, loadGemm } from "./gemm.ts";

interface Candidate {
  readonly name: string;
  readonly files: readonly string[];
  /** C declaration of the function that sets its number of threads. */
  readonly setThreads?: string;
}

const openBlas = { name: "OpenBLAS", setThreads: "void openblas_set_num_threads(int)" };
const blis = { name: "BLIS", setThreads: "void bli_thread_set_num_threads(int64_t)" };
const mkl = { name: "MKL", setThreads: "void MKL_Set_Num_Threads(int)" };

const candidates: Partial<Record<NodeJS.Platform, readonly Candidate[]>> = {
  linux: [
    { ...mkl, files: ["libmkl_rt.so.2", "libmkl_rt.so"] },
    { ...openBlas, files: ["libopenblas.so.0", "libopenblas.so"] },
    { ...blis, files: ["libblis.so.4", "libblis.so.3", "libblis.so"] },
  ],
  darwin: [{ name: "Accelerate", files: ["/System/Library/Frameworks/Accelerate.framework/Accelerate"] }],
  win32: [
    { ...mkl, files: ["mkl_rt.2.dll", "mkl_rt.dll"] },
    { ...openBlas, files: ["libopenblas.dll", "openblas.dll"] },
  ],
};

/** A library, or why there is none. */
export type BlasSearch =
  | { readonly library: BlasLibrary; readonly reason?: undefined }
  | { readonly library?: undefined; readonly reason: string };

let found: { readonly setting: string | undefined; readonly search: BlasSearch } | undefined;

/**
 * The BLAS of this machine; looked for once. CHAINRULE_BLAS names a library file, or is "off".
 * Throws BLAS_NOT_FOUND where CHAINRULE_BLAS names a file that cannot be used.
 */
export function findBlas(): BlasSearch {
  const setting = globalThis.process?.env?.CHAINRULE_BLAS;
  if (found === undefined || found.setting !== setting) found = { setting, search: search(setting) };
  return found.search;
}

function search(setting: string | undefined): BlasSearch {
  const nodeModule = globalThis.process?.getBuiltinModule?.("node:module");
  if (nodeModule === undefined) return { reason: "only Node can load one" };
  if (setting === "off") return { reason: "CHAINRULE_BLAS is off" };
  let koffi: string;
  try {
    koffi = nodeModule.createRequire(import.meta.url).resolve("koffi");
  } catch {
    if (setting) throw notFound(setting, "the package koffi, which loads libraries, is not installed");
    return { reason: "the package koffi, which loads libraries, is not installed" };
  }
  if (setting) {
    const known = Object.values(candidates).flat();
    const base = setting.split(/[\\/]/).at(-1)!.toLowerCase();
    const kind = known.find(({ name, files }) =>
      [name.toLowerCase(), ...files.map((file) => file.split(".")[0]!)].some((part) => base.includes(part)),
    );
    const library = { name: kind?.name ?? "BLAS", file: setting, koffi, setThreads: kind?.setThreads };
    const failure = attempt(library);
    if (failure !== undefined) throw notFound(setting, failure);
    return { library };
  }
  const here = candidates[process.platform] ?? [];
  for (const { name, files, setThreads } of here) {
    for (const file of files) {
      const library = { name, file, koffi, setThreads };
      if (attempt(library) === undefined) return { library };
    }
  }
  return { reason: `none of ${here.map(({ name }) => name).join(", ")} is installed` };
}

/** Why the library cannot be used; undefined where a product comes out right. */
function attempt(library: BlasLibrary): string | undefined {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const floats = new Float32Array(memory.buffer);
  floats.set([1, 2, 3, 4, 5, 6, 7, 8]);
  try {
    // [[1, 2], [3, 4]] · [[5, 7], [6, 8]], the second given transposed.
    loadGemm(library, memory)(0, 8, 4, 16, 4, 8, 32, 8, 2, 2, 2, 0);
  } catch (error) {
    return (error as Error).message;
  }
  const isRight = [17, 23, 39, 53].every((value, i) => floats[8 + i] === value);
  return isRight ? undefined : "its cblas_sgemm gave a wrong product";
}

const notFound = (file: string, reason: string): ChainruleError =>
  new ChainruleError(
    "BLAS_NOT_FOUND",
    `CHAINRULE_BLAS names ${JSON.stringify(file)}, which cannot be used: ${reason}. Give the path of an OpenBLAS, BLIS or MKL library, set it to "off", or leave it unset.`,
    { file },
  );
