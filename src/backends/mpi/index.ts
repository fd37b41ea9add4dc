// The ranks of one training, for programs: mpi() begins MPI, endTogether ends it. For Node.
export type { Communicator, MpiLibrary, Reduction } from "./communicator.ts";
export { endTogether } from "./ends.ts";
export { mpi } from "./mpi.ts";
