"""KerasTuner's tuner, which runs what the oracle gives it."""

from __future__ import annotations

import time

import keras_tuner

from rnnapps.tuning.roles import role
from rnnapps.tuning.run_trial import CANNOT_BE_TRAINED, TrialRunner
from rnnapps.tuning.trial_rows import figure, told

IDLE_SECONDS = 1.0


class TrialTuner(keras_tuner.engine.base_tuner.BaseTuner):
    """Runs trials, alone or as one of KerasTuner's tuners under its chief.

    Which of them the process is, its environment says: see `rnnapps.tuning.roles`. A trial that was killed goes on in
    its folder where its last checkpoint is.

    Args:
        oracle: of `make_oracle`.
        runner: trains the configurations.
    """

    def __init__(self, oracle, runner: TrialRunner):
        self.runner = runner
        self.role = role()
        oracle.distributed = self.role == "chief"
        super().__init__(oracle, directory=str(runner.folder.path.parent), project_name=runner.folder.path.name)

    def search(self):
        """Runs trials until the oracle has no more, or serves them to tuners until these have ended."""
        if self.role == "chief":
            if not self.oracle.ended:
                super().search()
            return
        while True:
            trial = self.oracle.create_trial(self.tuner_id)
            if trial.status == "STOPPED":
                return
            if trial.status == "IDLE":  # until another tuner has ended the round; KerasTuner would ask without a pause
                time.sleep(IDLE_SECONDS)
                continue
            self._try_run_and_update_trial(trial)
            self.on_trial_end(trial)

    def run_trial(self, trial):
        """Trains the trial's configuration and returns the objective."""
        first, until = self._first_of(trial), trial.hyperparameters.values.get("tuner/epochs")
        values = self.runner.space.rounded(trial.hyperparameters.values)
        again = "" if first == trial.trial_id else f" goes on as trial {trial.trial_id}"
        length = "" if until is None else f", {until} epochs"
        listed = ", ".join(f"{name} {told(value)}" for name, value in values.items())
        start = " (the start)" if values == self.runner.space.start else ""
        print(f"\ntrial {first}{again}{start}: {listed}{length}", flush=True)
        value = self.runner.train(first, values, until)
        print(f"trial {first}: {self.runner.objective.told} = {figure(value)}", flush=True)
        return value

    def save(self):
        # The oracle's file is all there is to keep.
        if not self._is_worker():
            self.oracle.save()

    def reload(self):
        if not self._is_worker():
            self.oracle.reload()

    def _get_tuner_fname(self):
        return str(self.runner.folder.oracle)

    def _first_of(self, trial) -> str:
        while "tuner/trial_id" in trial.hyperparameters.values:
            trial = self.oracle.get_trial(trial.hyperparameters.values["tuner/trial_id"])
        return trial.trial_id

    def _try_run_and_update_trial(self, trial):
        try:
            value = self.run_trial(trial)
        except CANNOT_BE_TRAINED as error:
            trial.status, trial.message = "FAILED", " ".join(str(error).split())
            print(f"trial {trial.trial_id} failed: {trial.message}", flush=True)
            return
        self.oracle.update_trial(trial.trial_id, {self.oracle.objective.name: value})
        trial.status = "COMPLETED"
