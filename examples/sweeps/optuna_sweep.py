"""A sweep by Optuna: it asks for settings, follows each training, and stops those that are worse than the others were.

    pip install optuna==5.0.0
    python optuna_sweep.py penguins.csv species sweep --trials 20

Start it as often as there shall be workers, here or on machines that share the folder. Killed at any moment and started again, it goes on: a trial whose
worker is gone is taken over by the next one, and its training goes on in the same run folder. The study is in sweep/journal.log.
"""

import argparse, contextlib, fcntl, json, os, shlex, signal, subprocess, sys, tempfile, time
from pathlib import Path

import optuna
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

CHAINRULE = shlex.split(os.environ.get("CHAINRULE", "node_modules/.bin/chainrule"))
AGAIN = 75  # The exit code of a training that was stopped, or that another process still writes.
USAGE = 2  # That of a command line that is wrong, as it would be for every trial: the trial stays, to be trained once that is mended.


class Lock:
    """A file that one process holds at a time: the system frees it when that ends, however it does."""

    def __init__(self, path: Path):
        self.file = path.open("a")

    def acquire(self, wait: bool = True) -> bool:
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            return True
        except BlockingIOError:
            return False

    def release(self) -> None:
        fcntl.flock(self.file, fcntl.LOCK_UN)


def settings(trial: optuna.Trial) -> list[str]:
    """Change these. A trial that is taken over gets the values that it had."""
    rate = trial.suggest_float("lr", 1e-4, 1e-1, log=True)
    hidden = trial.suggest_categorical("hidden", ["8", "32", "32,16"])
    dropout = trial.suggest_float("dropout", 0, 0.5, step=0.1)
    return ["--lr", f"{rate:.4g}", "--hidden", hidden, "--dropout", f"{dropout:.1f}"]


def next_trial(study: optuna.Study, folder: Path, count: int) -> tuple[optuna.Trial, Lock] | None:
    """One whose worker is gone, or a new one; its lock is held as long as it is worked on."""
    with held(Lock(folder / "next.lock")):
        for trial in study.get_trials(deepcopy=False, states=[TrialState.RUNNING]):
            lock = Lock(folder / f"trial-{trial.number}.lock")
            if lock.acquire(wait=False):
                return optuna.Trial(study, trial._trial_id), lock
        if len(study.get_trials(deepcopy=False)) >= count:
            return None
        trial = study.ask()
        lock = Lock(folder / f"trial-{trial.number}.lock")
        lock.acquire()
        return trial, lock


@contextlib.contextmanager
def held(lock: Lock):
    lock.acquire()
    try:
        yield
    finally:
        lock.release()


class Follower:
    """The epochs in a run's events.jsonl, as it grows."""

    def __init__(self, run: Path):
        self.path, self.at = run / "events.jsonl", 0

    def epochs(self):
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            # A run that goes on from a checkpoint is cut to it first, and may have grown again since.
            file.seek(max(0, self.at - 1))
            if self.at > 0 and file.read(1) != b"\n":
                self.at = 0
                file.seek(0)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                self.at += len(line)
                event = json.loads(line)
                if event["type"] == "epoch":
                    yield event["epoch"], (event.get("validation") or event)["loss"]


def train(study: optuna.Study, trial: optuna.Trial, command: list[str], run: Path) -> None:
    reported = set(study.get_trials(deepcopy=False)[trial.number].intermediate_values)
    follower, is_pruned, code = Follower(run), False, AGAIN
    while code == AGAIN and not is_pruned:
        told = tempfile.TemporaryFile()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=told)
        while process.poll() is None and not is_pruned:
            for epoch, loss in follower.epochs():
                if loss is None or epoch in reported:
                    continue
                reported.add(epoch)
                trial.report(loss, epoch)
                if trial.should_prune():
                    is_pruned = True
                    # Once: it saves and ends. A second one would end it at once.
                    process.send_signal(signal.SIGTERM)
                    break
            time.sleep(0.1)
        said, _ = process.communicate()
        code = process.returncode
        if code == AGAIN and not is_pruned:
            time.sleep(1)
    if code == 0:
        study.tell(trial, json.loads(said)["metrics"]["validation"]["loss"])
    elif is_pruned:
        study.tell(trial, state=TrialState.PRUNED)
    elif code > 0:
        told.seek(0)
        message = f"{run} failed with exit code {code}:\n{told.read().decode()}"
        if code == USAGE:
            raise SystemExit(message)
        print(message, file=sys.stderr)
        study.tell(trial, state=TrialState.FAIL)
    else:
        raise SystemExit(f"{run} was killed by signal {-code}: start again to go on with it.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table"), parser.add_argument("target"), parser.add_argument("folder", type=Path)
    parser.add_argument("--trials", type=int, default=20)
    given, more = parser.parse_known_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    journal = str(given.folder / "journal.log")
    backend = JournalFileBackend(journal, lock_obj=Lock(given.folder / "journal.lock"))
    study = optuna.create_study(
        storage=optuna.storages.JournalStorage(backend),
        study_name="sweep",
        load_if_exists=True,
        direction="minimize",
        sampler=optuna.samplers.TPESampler(),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=5),
    )
    while taken := next_trial(study, given.folder, given.trials):
        trial, lock = taken
        run = given.folder / f"trial-{trial.number}"
        command = [*CHAINRULE, "train", given.table, "--target", given.target, *settings(trial), *more]
        train(study, trial, [*command, "--out", str(run), "--resume", "--json"], run)
        lock.release()
    if study.get_trials(deepcopy=False, states=[TrialState.COMPLETE]):
        print(f"best: trial-{study.best_trial.number}, loss {study.best_value:.4f}, {study.best_params}")
    elif not study.get_trials(deepcopy=False, states=[TrialState.RUNNING]):
        raise SystemExit("No trial came to its end.")


if __name__ == "__main__":
    main()
