// What started this process as one rank of several: read from the environment that the launcher gave it, before MPI is begun.
import { node } from "../../ir/node.ts";

/** A launcher, as far as it says which libraries know it. */
export interface Launcher {
  /** "Open MPI's mpiexec", for messages. */
  readonly name: string;
  /** Ranks that it started; undefined where it does not say. */
  readonly ranks: number | undefined;
  /** Whose libraries it may know, the likelier ones first. */
  readonly makers: readonly Maker[];
}

/** Open MPI, or those of MPICH and its kin. */
export type Maker = "Open MPI" | "others";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The launcher of this process; undefined where the environment tells of none. The innermost comes first: mpiexec may run
 * within a step of Slurm.
 */
export function launcherOf(environment: Environment | undefined = globalThis.process?.env): Launcher | undefined {
  const count = (name: string): number | undefined => {
    const value = Number(environment?.[name]);
    return Number.isInteger(value) && value > 0 ? value : undefined;
  };
  const [openMpi, pmi, slurm] = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"].map(count);
  if (openMpi !== undefined) return { name: "Open MPI's mpiexec", ranks: openMpi, makers: ["Open MPI"] };
  // srun gives PMI_SIZE too (--mpi=pmi2), to libraries of all makers; SLURM_NTASKS is there without srun, in a batch script.
  const isPmix = environment?.PMIX_RANK !== undefined;
  const makers: readonly Maker[] = isPmix ? ["Open MPI", "others"] : ["others", "Open MPI"];
  if (slurm !== undefined && (pmi ?? slurm) === slurm) return { name: "srun", ranks: slurm, makers };
  if (pmi !== undefined) return { name: "mpiexec (Hydra)", ranks: pmi, makers: ["others"] };
  return isPmix ? { name: "a launcher with PMIx", ranks: undefined, makers } : undefined;
}

const launchers = /^(?:hydra_pmi_proxy|mpiexec|mpirun|orterun|orted|prterun|prted)/;

/**
 * Folders with libraries that belong to the launcher: lib/ beside the bin/ that it is in, for each launcher above this
 * process. On Linux alone; elsewhere none. Installed in a folder of their own (conda, Spack, a wheel), libraries are not
 * found by the loader's names.
 */
export function launcherFolders(): readonly string[] {
  if (globalThis.process?.platform !== "linux") return [];
  const { readFileSync, readlinkSync } = node("node:fs");
  const { basename, dirname, join } = node("node:path");
  const folders: string[] = [];
  // A shell, npx or numactl may stand between.
  for (let pid = process.ppid, steps = 0; pid > 1 && steps < 16; steps++) {
    try {
      const file = readlinkSync(`/proc/${pid}/exe`);
      if (launchers.test(basename(file))) folders.push(join(dirname(dirname(file)), "lib"));
      // "pid (name, which may hold anything) state ppid …"
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ");
      pid = Number(fields[1]);
    } catch {
      // A process of another user, or one that has ended.
      break;
    }
  }
  return [...new Set(folders)];
}
