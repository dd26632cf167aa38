"""KerasTuner's oracles, which choose what is tried next, made to outlive a kill at any moment."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras_tuner
from keras_tuner import synchronized

from rnnapps.training import write_atomically
from rnnapps.tuning.options import TuningOptions
from rnnapps.tuning.space import Space

FINISHED = ("COMPLETED", "FAILED")
# Draws before a space counts as exhausted; combinations that do not fit each other are drawn too, and not tried.
MOST_DRAWS = 1000
FAILURES = 3


class _Durable:
    """What all three oracles have here and not in KerasTuner.

    - The first trial has the values that the search starts from.
    - Values that cannot go together are never tried, nor the same ones twice.
    - Files are replaced whole; a trial that had ended when the process was killed is not run again, and one that
      had not begun is forgotten.
    - Too many failures in a row end the search; KerasTuner raises inside its lock, at which a chief stands still.
    - That a search has ended is kept: its tuners have gone, and a chief that is started again need not wait for them.
    """

    def begin(self, space: Space) -> None:
        """Gives the oracle what its own constructor has no argument for."""
        self._reason_against: Callable[[Mapping[str, Any]], str | None] = space.reason_against
        self._start = space.start
        self._max_collisions = MOST_DRAWS
        self.given_up: str | None = None
        self._ended_with: int | None = None

    @property
    def ended(self) -> bool:
        """Whether there is nothing left to run, also in a later process; more trials may be asked for there."""
        return self._ended_with == (self.max_trials or 0) and not self.ongoing_trials and not self._retry_queue

    def first_of(self, trial) -> str:
        """The trial that began the training which `trial` goes on with; itself, if it began one."""
        values = trial.hyperparameters.values
        while "tuner/trial_id" in values:
            trial = self.trials[values["tuner/trial_id"]]
            values = trial.hyperparameters.values
        return trial.trial_id

    @synchronized
    def create_trial(self, tuner_id):
        if self.given_up is not None and tuner_id not in self.ongoing_trials:
            self.max_trials = len(self.trials)  # which stops it
        trial = super().create_trial(tuner_id)
        if trial.status == "STOPPED":
            self._ended_with = self.max_trials or 0
            self.save()
        return trial

    def populate_space(self, trial_id):
        found = super().populate_space(trial_id)
        values = found.get("values")
        if values and "tuner/trial_id" not in values and self._duplicate(values):
            # A maximum of the acquisition function between two whole numbers, or at what does not fit each other.
            values = self._random_values()
            found = {"status": "RUNNING" if values else "STOPPED", "values": values}
        return found

    def _random_values(self):
        return dict(self._start) if not self.trials else super()._random_values()

    def _duplicate(self, values):
        return self._reason_against(values) is not None or super()._duplicate(values)

    def _check_consecutive_failures(self):
        latest = [self.trials[name] for name in self.end_order[-FAILURES:]]
        if len(latest) == FAILURES and all(trial.status == "FAILED" for trial in latest):
            self.given_up = latest[-1].message or "see the tuners' own messages"

    def save(self):
        text = json.dumps(self.get_state()).encode()
        write_atomically(self._get_oracle_fname(), lambda file: file.write(text))

    def _save_trial(self, trial):
        text = json.dumps(trial.get_state()).encode()
        write_atomically(Path(self._get_trial_dir(trial.trial_id)) / "trial.json", lambda file: file.write(text))

    def get_state(self):
        return super().get_state() | {"ended_with": self._ended_with}

    def set_state(self, state):
        super().set_state(state)
        self._ended_with = state.get("ended_with")
        for name in [name for name, trial in self.trials.items() if trial.status in FINISHED]:
            if name not in self.end_order:
                self.end_order.append(name)
        begun = {trial.trial_id for trial in self.ongoing_trials.values()} | set(self._retry_queue)
        for name in [name for name, trial in self.trials.items() if trial.status not in FINISHED]:
            if name not in begun:
                # Killed between the two files: the oracle does not know that it has given this trial away.
                del self.trials[name]
                shutil.rmtree(self._get_trial_dir(name), ignore_errors=True)

    def reload(self):
        """Goes on from the files. Trials that tuners of their own had stay with these, others are run again."""
        ongoing_stay = self.distributed
        super().reload()
        waiting = [name for name in self._retry_queue if self.trials[name].status not in FINISHED]
        self._retry_queue = list(dict.fromkeys(waiting))
        if ongoing_stay:
            owners = json.loads(Path(self._get_oracle_fname()).read_text(encoding="utf-8"))["ongoing_trials"]
            self.ongoing_trials = {tuner: self.trials[name] for tuner, name in owners.items() if name in waiting}
            self._retry_queue = [name for name in self._retry_queue if name not in owners.values()]
            self.tuner_ids |= set(self.ongoing_trials)

    distributed = False


class Random(_Durable, keras_tuner.oracles.RandomSearchOracle):
    """Draws every configuration."""


class Bayesian(_Durable, keras_tuner.oracles.BayesianOptimizationOracle):
    """Fits a Gaussian process to the trials so far, and tries where its lower bound on the loss is lowest."""


class Hyperband(_Durable, keras_tuner.oracles.HyperbandOracle):
    """Trains configurations for a few epochs, and the best of each round for `factor` times as many.

    Other than KerasTuner's, it tries a given number of configurations: the brackets are as large in proportion.

    Li et al. 2018, Hyperband: a novel bandit-based approach to hyperparameter optimization, algorithm 1.
    """

    configurations: int = 0

    def _get_size(self, bracket_num, round_num):
        return math.ceil(self._first_sizes()[bracket_num] / self.factor**round_num)

    def _get_num_brackets(self):
        # Fewer than two configurations in the largest bracket would leave nothing to choose from.
        natural = super()._get_num_brackets()
        return max(1, min(natural, self.configurations // 2)) if self.configurations else natural

    def _first_sizes(self) -> list[int]:
        """Configurations that begin in each bracket, that of no halving first."""
        count = self._get_num_brackets()
        natural = [keras_tuner.oracles.HyperbandOracle._get_size(self, bracket, 0) for bracket in range(count)]
        sizes = [max(1, round(size * self.configurations / sum(natural))) for size in natural]
        sizes[-1] = max(1, self.configurations - sum(sizes[:-1]))
        return sizes


def has_ended(oracle: _Durable, file: Path) -> bool:
    """Whether the chief's search has nothing left to run, by its file.

    Args:
        oracle: as a tuner makes it.
        file: oracle.json, which need not be there yet.
    """
    if not file.is_file():
        return False
    state = json.loads(file.read_text(encoding="utf-8"))
    return state.get("ended_with") == (oracle.max_trials or 0) and not state["ongoing_trials"]


def make_oracle(space: Space, options: TuningOptions, name: str, direction: str, epochs: int):
    """The oracle that the options ask for.

    Args:
        space: what is searched.
        options: of the search.
        name: of the objective.
        direction: "min" or "max".
        epochs: of a whole training.
    Raises:
        ModuleNotFoundError: the Bayesian one needs scikit-learn and SciPy.
    """
    common = {
        "objective": keras_tuner.Objective(name, direction),
        "hyperparameters": space.hyperparameters(),
        "seed": options.seed,
        "allow_new_entries": False,
        "tune_new_entries": False,
    }
    if options.tuner == "hyperband":
        oracle = Hyperband(max_epochs=epochs, factor=options.factor, **common)
        oracle.configurations = options.trials
        oracle._current_bracket = oracle._get_num_brackets() - 1
        oracle._brackets = []
        oracle._start_new_bracket()
    elif options.tuner == "bayesian":
        # KerasTuner's own number, three for each option, would leave a dozen trials to chance.
        drawn = max(3, min(len(space.values) + 1, options.trials // 3))
        try:
            oracle = Bayesian(max_trials=options.trials, num_initial_points=drawn, **common)
        except ImportError as error:
            raise ModuleNotFoundError(str(error), name="sklearn") from None
    else:
        oracle = Random(max_trials=options.trials, **common)
    oracle.begin(space)
    oracle.verbose = 0
    return oracle
