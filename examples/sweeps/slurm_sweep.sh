#!/usr/bin/env bash
# A sweep by Slurm: an array of jobs, one for each combination of settings. A job that is out of time, preempted, or whose node fails is queued again, and its
# training goes on where it was.
#
#   sbatch slurm_sweep.sh penguins.csv species sweep [more options of chainrule train …]
#
#SBATCH --array=0-5
#SBATCH --cpus-per-task=1
#SBATCH --time=60
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=slurm-%A-%a.log
# A minute before the end of its time this script gets SIGTERM, as it does where it is preempted.
#SBATCH --signal=B:TERM@60
set -uo pipefail
table=$1 target=$2 folder=$3
shift 3

# Change these, and the array above: as many jobs as there are combinations.
rates=(0.001 0.01 0.1)
layers=(8 32,16)
rate=${rates[SLURM_ARRAY_TASK_ID % 3]}
hidden=${layers[SLURM_ARRAY_TASK_ID / 3]}

# With as many threads as the job has cores.
${CHAINRULE:-node_modules/.bin/chainrule} train "$table" --target "$target" --lr "$rate" --hidden "$hidden" --threads "${SLURM_CPUS_PER_TASK:-1}" \
  --out "$folder/lr-$rate-hidden-$hidden" --resume --json "$@" &
training=$!
# The training saves and ends; without the trap this script would end before it. A second signal would end the training at once.
trap 'trap "" TERM; kill -TERM "$training" 2>/dev/null' TERM
# A signal ends "wait" before the training has ended: the exit code is that of the last one.
wait "$training"
while kill -0 "$training" 2>/dev/null; do wait "$training"; done
wait "$training"
code=$?
# Exit code 75: it was stopped before its end, or a process that was left over still writes the run; 143: SIGTERM came to it twice.
if [ "$code" -eq 75 ] || [ "$code" -eq 143 ]; then scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"; fi
exit "$code"
