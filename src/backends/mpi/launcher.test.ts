// What the environment tells of the launcher.
import { expect, it } from "vitest";
import { launcherOf } from "./launcher.ts";

const batch = { SLURM_JOB_ID: "7", SLURM_NTASKS: "4", SLURM_PROCID: "0" };

it.each([
  ["nothing", {}, undefined],
  ["Hydra", { PMI_RANK: "1", PMI_SIZE: "4", PMI_FD: "6", MPI_LOCALNRANKS: "2" }, { ranks: 4, makers: ["others"] }],
  ["Open MPI", { OMPI_COMM_WORLD_SIZE: "3", PMIX_RANK: "0" }, { ranks: 3, makers: ["Open MPI"] }],
  ["a batch script of Slurm without srun", batch, undefined],
  [
    "srun --mpi=pmix",
    { ...batch, SLURM_STEP_NUM_TASKS: "4", PMIX_RANK: "2" },
    { ranks: 4, makers: ["Open MPI", "others"] },
  ],
  [
    "srun --mpi=pmi2",
    { ...batch, SLURM_STEP_NUM_TASKS: "4", PMI_SIZE: "4" },
    { ranks: 4, makers: ["others", "Open MPI"] },
  ],
  [
    "Hydra in a step of Slurm",
    { ...batch, SLURM_STEP_NUM_TASKS: "1", PMI_SIZE: "4" },
    { ranks: 4, makers: ["others"] },
  ],
  ["PMIx alone", { PMIX_RANK: "0" }, { ranks: undefined, makers: ["Open MPI", "others"] }],
  ["a count that is none", { PMI_SIZE: "many" }, undefined],
])("%s", (_, environment, launcher) => {
  if (launcher === undefined) expect(launcherOf(environment)).toBeUndefined();
  else expect(launcherOf(environment)).toMatchObject(launcher);
});
