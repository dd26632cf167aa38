"""Which machines train together: what the environment variable TF_CONFIG says."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass

EXAMPLE = '{"cluster": {"worker": ["hostA:12345", "hostB:12345"]}, "task": {"type": "worker", "index": 0}}'


@dataclass(frozen=True)
class Cluster:
    """The processes of one training and which of them this one is.

    Fields:
        workers: host:port of each; the first is the chief, which keeps the run folder.
        index: of this process among them.
    """

    workers: tuple[str, ...]
    index: int

    @property
    def is_chief(self) -> bool:
        return self.index == 0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Cluster:
        """What TF_CONFIG says, in the form that `tf.distribute` reads.

        Args:
            environment: of the process by default.
        Raises:
            ValueError: it is missing or says something else.

        >>> Cluster.from_environment({"TF_CONFIG": EXAMPLE}).workers
        ('hostA:12345', 'hostB:12345')
        """
        text = (os.environ if environment is None else environment).get("TF_CONFIG", "")
        if not text:
            raise ValueError(
                "train.strategy: multiworker needs the environment variable TF_CONFIG, on each machine with its own "
                f"index, such as {EXAMPLE}"
            )
        try:
            told = json.loads(text)
            jobs, task = told["cluster"], told["task"]
            kind, index = task["type"], task["index"]
            workers = [str(address) for job in ("chief", "worker") for address in jobs.get(job, ())]
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"TF_CONFIG: {text!r} cannot be read ({error!r}); expected such as {EXAMPLE}") from None
        if unknown := sorted(set(jobs) - {"chief", "worker"}):
            raise ValueError(f"TF_CONFIG: job {unknown[0]!r} has no part in this training; name chief and worker only")
        if kind not in jobs or isinstance(index, bool) or not isinstance(index, int):
            raise ValueError(f"TF_CONFIG: task {task!r} is none of its cluster's; expected such as {EXAMPLE}")
        if not 0 <= index < len(jobs[kind]):
            raise ValueError(f"TF_CONFIG: task index {index} of {len(jobs[kind])} {kind} addresses; count from 0")
        if wrong := [address for address in workers if not address.rpartition(":")[2].isdigit()]:
            raise ValueError(f"TF_CONFIG: address {wrong[0]!r} is not host:port")
        if len(set(workers)) != len(workers):
            raise ValueError(f"TF_CONFIG: an address stands twice in {', '.join(workers)}; each process has its own")
        return cls(tuple(workers), index + (len(jobs.get("chief", ())) if kind == "worker" else 0))


def follows(strategy: str) -> bool:
    """Whether this process only takes part in a training that another one, the chief, leads.

    Args:
        strategy: what `--train.strategy` says.
    Raises:
        ValueError: TF_CONFIG is needed and missing or wrong, or names others, with which this strategy does not train.
    """
    if strategy == "multiworker":
        return not Cluster.from_environment().is_chief
    try:
        workers = Cluster.from_environment().workers
    except ValueError:  # there is none, or it is not meant for a training of ours
        return False
    if len(workers) > 1:
        raise ValueError(
            f"train.strategy: {strategy} would train alone on each of the {len(workers)} workers that TF_CONFIG names; "
            "give --train.strategy multiworker on all of them, with --resume too, or unset TF_CONFIG"
        )
    return False
