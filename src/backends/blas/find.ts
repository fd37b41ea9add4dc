// Looks for a BLAS: where CHAINRULE_BLAS says, in the package of this platform, by the loader's usual names.
import { ChainruleError } from "../../ir/errors.ts";
import { packageFile } from "../koffi.ts";
import { type BlasLibrary, loadGemm } from "./gemm.ts";

type Candidate = Omit<BlasLibrary, "file" | "koffi"> & {
  readonly files: readonly string[];
  /** Tried before the package; all others come after it (docs/decisions/0011-blas.md has the figures). */
  readonly ahead?: boolean;
};

const openBlas = { name: "OpenBLAS", prefix: "", setThreads: "void openblas_set_num_threads(int)" };
/** As the PyPI wheels scipy-openblas32 name its functions, and so the packages made of them. */
const scipyOpenBlas = { name: "OpenBLAS", prefix: "scipy_", setThreads: "void scipy_openblas_set_num_threads(int)" };
const blis = { name: "BLIS", prefix: "", setThreads: "void bli_thread_set_num_threads(int64_t)" };
const mkl = { name: "MKL", prefix: "", setThreads: "void MKL_Set_Num_Threads(int)" };
const accelerate = { name: "Accelerate", prefix: "", setThreads: undefined };

/** What may be installed: by names that the loader knows. */
function installedOn(platform: NodeJS.Platform): readonly Candidate[] {
  const ahead = isIntel();
  if (platform === "linux")
    return [
      { ...mkl, files: ["libmkl_rt.so.3", "libmkl_rt.so.2", "libmkl_rt.so"], ahead },
      { ...openBlas, files: ["libopenblas.so.0", "libopenblas.so"] },
      { ...blis, files: ["libblis.so.4", "libblis.so.3", "libblis.so"] },
    ];
  if (platform === "win32")
    return [
      { ...mkl, files: ["mkl_rt.3.dll", "mkl_rt.2.dll", "mkl_rt.dll"], ahead },
      { ...openBlas, files: ["libopenblas.dll", "openblas.dll"] },
    ];
  const file = "/System/Library/Frameworks/Accelerate.framework/Accelerate";
  return platform === "darwin" ? [{ ...accelerate, files: [file], ahead: true }] : [];
}

const isIntel = (): boolean =>
  process
    .getBuiltinModule("node:os")
    .cpus()
    .some(({ model }) => model.includes("Intel"));

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
  if (globalThis.process?.getBuiltinModule === undefined) return { reason: "only Node can load one" };
  if (setting === "off") return { reason: "CHAINRULE_BLAS is off" };
  const koffi = packageFile("koffi");
  if (koffi === undefined) {
    if (setting) throw notFound(setting, "the package koffi, which loads libraries, is not installed");
    return { reason: "the package koffi, which loads libraries, is not installed" };
  }
  if (setting) return { library: named(setting, koffi) };
  const installed = installedOn(process.platform);
  const packages = packaged();
  const inOrder = [...installed.filter(({ ahead }) => ahead), ...packages, ...installed.filter(({ ahead }) => !ahead)];
  const failures: string[] = [];
  for (const { files, ahead: _, ...kind } of inOrder) {
    for (const file of files) {
      const library = { ...kind, file, koffi };
      const failure = attempt(library);
      if (failure === undefined) return { library };
      if (kind.package !== undefined) failures.push(`${kind.package} cannot be used: ${failure}`);
    }
  }
  const missing = installed.map(({ name }) => name);
  if (packages.length === 0) missing.push(`package with OpenBLAS for ${process.platform}-${process.arch}`);
  return { reason: [`no ${missing.join(" or ")} is installed`, ...failures].join("; ") };
}

/** The library that CHAINRULE_BLAS names, of a kind that its name tells; its functions may have a prefix or none. */
function named(file: string, koffi: string): BlasLibrary {
  const base = file.split(/[\\/]/).at(-1)!.toLowerCase();
  const fitting = [openBlas, scipyOpenBlas, blis, mkl, accelerate].filter(({ name }) =>
    base.includes(name.toLowerCase()),
  );
  const unknown = ["", "scipy_"].map((prefix) => ({ name: "BLAS", prefix, setThreads: undefined }));
  const failures = new Set<string>();
  for (const kind of fitting.length > 0 ? fitting : unknown) {
    const library = { ...kind, file, koffi };
    const failure = attempt(library);
    if (failure === undefined) return library;
    failures.add(failure);
  }
  throw notFound(file, [...failures].join("; "));
}

/** Names of the packages that hold OpenBLAS for this platform (scripts/openblas.mjs). On Linux the loader tells which C library is there. */
function packageNames(): readonly string[] {
  const name = `@chainrule/openblas-${process.platform}-${process.arch}`;
  return process.platform === "linux" ? [name, `${name}-musl`] : [name];
}

const packaged = (): readonly Candidate[] =>
  packageNames().flatMap((name) => {
    const file = packageFile(name);
    return file === undefined ? [] : [{ ...scipyOpenBlas, files: [file], package: name }];
  });

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
  return isRight ? undefined : `its ${library.prefix}cblas_sgemm gave a wrong product`;
}

const notFound = (file: string, reason: string): ChainruleError =>
  new ChainruleError(
    "BLAS_NOT_FOUND",
    `CHAINRULE_BLAS names ${JSON.stringify(file)}, which cannot be used: ${reason}. Give the path of an OpenBLAS, BLIS or MKL library, set it to "off", or leave it unset.`,
    { file },
  );
