// Looks for an MPI library: where CHAINRULE_MPI says, beside the launcher, by the loader's usual names.
import { ChainruleError } from "../../ir/errors.ts";
import { node } from "../../ir/node.ts";
import { loadKoffi, packageFile } from "../koffi.ts";
import { abiOf } from "./abi.ts";
import type { MpiLibrary } from "./communicator.ts";
import { loadFunctions } from "./functions.ts";
import { launcherFolders, launcherOf, type Maker } from "./launcher.ts";

/** The standard ABI first; then names that tell the maker, then those that makers share. */
const names: Partial<Record<NodeJS.Platform, Readonly<Record<Maker, readonly string[]>>>> = {
  linux: {
    "Open MPI": ["libmpi_abi.so.1", "libmpi_abi.so.0", "libmpi.so.40"],
    others: ["libmpi_abi.so.1", "libmpi_abi.so.0", "libmpich.so.12", "libmpi.so.12"],
  },
  darwin: {
    "Open MPI": ["libmpi_abi.1.dylib", "libmpi_abi.0.dylib", "libmpi.40.dylib"],
    others: ["libmpi_abi.1.dylib", "libmpi_abi.0.dylib", "libmpi.12.dylib", "libmpich.12.dylib"],
  },
};
const allMakers: readonly Maker[] = ["others", "Open MPI"];

/**
 * The MPI library of this process. CHAINRULE_MPI names one; otherwise it must be its launcher's: it is looked for in lib/
 * beside the launcher, then by the loader's usual names, and what another made is left alone. Nothing of it is begun yet.
 * Throws MPI_NOT_FOUND where none can be used.
 */
export function findMpi(): MpiLibrary {
  if (globalThis.process?.getBuiltinModule === undefined) throw notFound("only Node can load one");
  const koffi = packageFile("koffi");
  if (koffi === undefined) throw notFound("the package koffi, which loads libraries, is not installed");
  prepareProcess();
  const setting = process.env.CHAINRULE_MPI;
  if (setting) {
    const found = attempt(setting, koffi);
    if (typeof found === "string") throw notFound(`CHAINRULE_MPI names ${JSON.stringify(setting)}: ${found}`, setting);
    return found;
  }
  const makers = launcherOf()?.makers ?? allMakers;
  const failures: string[] = [];
  for (const file of candidates(makers)) {
    const found = attempt(file, koffi, makers);
    if (typeof found !== "string") return found;
    failures.push(`${file}: ${found}`);
  }
  throw notFound(failures.join("; ") || `it is not known what they are called on ${process.platform}`);
}

/** What libraries read when they are loaded, so that they leave the process as Node needs it. What is set already stays. */
function prepareProcess(): void {
  // UCX would take SIGSEGV too, by which Node notices what leads out of WebAssembly's memory.
  process.env.UCX_ERROR_SIGNALS ??= "SIGILL,SIGBUS,SIGFPE";
  // Open MPI and UCX would write code of their own over brk, munmap and others, to know what memory goes away. They do so while Node's
  // threads allocate, and now and then the heap then ends below what is in use.
  process.env.OMPI_MCA_memory ??= "^patcher";
  process.env.UCX_MEM_EVENTS ??= "no";
}

/** Files in the order in which they are tried. */
function candidates(makers: readonly Maker[]): readonly string[] {
  const usual = [...new Set(makers.flatMap((maker) => names[process.platform]?.[maker] ?? []))];
  const { existsSync } = node("node:fs");
  const { join } = node("node:path");
  const beside = launcherFolders().flatMap((folder) => usual.map((name) => join(folder, name)));
  return [...beside.filter((file) => existsSync(file)), ...usual];
}

/** The library of a file, or why it cannot be used. */
function attempt(file: string, path: string, makers = allMakers): MpiLibrary | string {
  try {
    const handle = loadKoffi(path).load(file);
    // May be called before MPI is begun. MPICH's is some 2,000 characters; the standard allows 8,192.
    const [text, length] = [new Uint8Array(8192), new Int32Array(1)];
    handle.func("int MPI_Get_library_version(void *text, void *length)")(text, length);
    const version = shortVersion(new TextDecoder().decode(text.subarray(0, length[0])));
    if (!makers.includes(version.startsWith("Open MPI") ? "Open MPI" : "others"))
      return `it is ${version}, which ${launcherOf()!.name} does not know`;
    const { basename } = node("node:path");
    const library = { name: `${version} (${basename(file)})`, file, koffi: path, abi: abiOf(handle) };
    loadFunctions(library);
    return library;
  } catch (error) {
    return (error as Error).message;
  }
}

/** "MPICH Version:      5.0.2\n…" and "Open MPI v4.1.4, package: …", without what follows. */
function shortVersion(text: string): string {
  const [line] = text.replaceAll("\0", "").split(/[\n,]/);
  return line!
    .replace(/\s*version\s*:?\s*/i, " ")
    .replace(/ v(?=\d)/, " ")
    .trim()
    .slice(0, 80);
}

const notFound = (reason: string, file?: string): ChainruleError =>
  new ChainruleError(
    "MPI_NOT_FOUND",
    `Training by several ranks needs an MPI library; none can be used: ${reason}. Install MPICH or Open MPI with its launcher (Debian: mpich or openmpi-bin), or set CHAINRULE_MPI to the file of the launcher's library.`,
    file === undefined ? {} : { file },
  );
