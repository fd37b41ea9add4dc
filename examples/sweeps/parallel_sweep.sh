#!/usr/bin/env bash
# A sweep by GNU parallel: every combination of settings is a job. Killed at any moment and started again, it goes on with what is not done.
#
#   bash parallel_sweep.sh penguins.csv species sweep [more options of chainrule train …]
#
# JOBS says how many trainings run at a time (2), CHAINRULE how chainrule is called. More machines: add --sshlogin to parallel, and share the folder.
set -euo pipefail
table=$1 target=$2 folder=$3
shift 3
mkdir -p "$folder"

# Exit code 75: another process still writes the run, since it was left over when parallel was killed; or the training was stopped.
trial() {
  local code=75
  while [ "$code" -eq 75 ]; do
    code=0
    ${CHAINRULE:-node_modules/.bin/chainrule} train "$@" --resume --json || code=$?
    [ "$code" -ne 75 ] || sleep 1
  done
  return "$code"
}
export -f trial

# The job log counts jobs and does not look at them: after a change of this script or of its options it begins anew, and what is finished ends at once.
asked=$(cat "$0" && printf '%q ' "$table" "$target" "$@")
if [ "$asked" != "$(cat "$folder/asked" 2>/dev/null)" ]; then
  rm -f "$folder/jobs.tsv"
  printf '%s\n' "$asked" > "$folder/asked"
fi

# Change these: {1}, {2} … are the values of the lists after the command.
# The job log says what is done: of it nothing runs again but what failed.
parallel --jobs "${JOBS:-2}" --joblog "$folder/jobs.tsv" --resume-failed --quote \
  trial "$table" --target "$target" --lr {1} --hidden {2} --out "$folder/lr-{1}-hidden-{2}" "$@" \
  ::: 0.001 0.01 0.1 ::: 8 32,16 > /dev/null
${CHAINRULE:-node_modules/.bin/chainrule} runs "$folder" --sort loss
