// What the environment tells of the launcher.
import { expect, it } from "vitest";
import { launcherOf } from "./launcher.ts";

const batch = { SLURM_JOB_ID: "7", SLURM_NTASKS: "4", SLURM_PROCID: "0" };

it.each([
  ["nothing", {}, undefined],
  ["Hydra", { PMI_RANK: "1", PMI_SIZE: "4", PMI_FD: "6", MPI_LOCALNRANKS: "2" }, { ranks: 4, isOpenMpi: false }],
  ["Open MPI", { OMPI_COMM_WORLD_SIZE: "3", PMIX_RANK: "0" }, { ranks: 3, isOpenMpi: true }],
  ["a batch script of Slurm without srun", batch, undefined],
  ["srun --mpi=pmix", { ...batch, SLURM_STEP_NUM_TASKS: "4", PMIX_RANK: "2" }, { ranks: 4, isOpenMpi: undefined }],
  ["srun --mpi=pmi2", { ...batch, SLURM_STEP_NUM_TASKS: "4", PMI_SIZE: "4" }, { ranks: 4, isOpenMpi: undefined }],
  ["Hydra in a step of Slurm", { ...batch, SLURM_STEP_NUM_TASKS: "1", PMI_SIZE: "4" }, { ranks: 4, isOpenMpi: false }],
  ["PMIx alone", { PMIX_RANK: "0" }, { ranks: undefined, isOpenMpi: undefined }],
  ["a count that is none", { PMI_SIZE: "many" }, undefined],
])("%s", (_, environment, launcher) => {
  if (launcher === undefined) expect(launcherOf(environment)).toBeUndefined();
  else expect(launcherOf(environment)).toMatchObject(launcher);
});
