"""Several devices or machines that train one model."""

from __future__ import annotations

import contextlib
import functools
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from rnnapps.cluster import Cluster
from rnnapps.config_sections import ConfigSections

WORD = np.dtype("int64")  # of messages: the widest integer that every kind of device adds up
# What the chief tells the others before every step, and at the end.
STEP, DONE, INTERRUPTED, FAILED = range(1, 5)


class WorkerLostError(ConnectionError):
    """Another process of the training has gone; one line says how to go on."""


class OtherDataError(ValueError):
    """The processes of a training do not read the same data."""


class Distribution:
    """How one training is spread: over the devices of this process, or over several processes.

    Every replica computes the gradient of its rows of each batch. The gradients are added up over all replicas, and
    every process makes the same step with the sum. The weights are ordinary variables: those of a process are on its
    first device, from where its other devices read them, and all processes hold the same.

    Use `distribute` to make one.

    Args:
        strategy: of TensorFlow, that runs the replicas and adds up.
        cluster: the processes, or None where this is the only one.
    """

    def __init__(self, strategy: tf.distribute.Strategy, cluster: Cluster | None = None):
        self.strategy, self.cluster = strategy, cluster

    @property
    def replicas(self) -> int:
        """Parts that a batch is divided into."""
        return self.strategy.num_replicas_in_sync

    @property
    def is_chief(self) -> bool:
        """Whether this process measures, saves and exports."""
        return self.cluster is None or self.cluster.is_chief

    @property
    def has_followers(self) -> bool:
        return self.cluster is not None and len(self.cluster.workers) > 1

    def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """`function` on every replica, inside of a `tf.function`; what it returns must be equal on all of them."""
        result = self.strategy.run(function, args=arguments)
        return tf.nest.map_structure(
            lambda value: self.strategy.experimental_local_results(value)[0], result, expand_composites=False
        )

    def agree(self, command: int, request: bool = False, checksum: int = 0) -> tuple[int, bool]:
        """What the chief tells everybody, and whether anybody asks it to stop. All processes call it together.

        Args:
            command: of the chief; of others it is not read.
            request: this process asks.
            checksum: of what all must have alike for this STEP, less than 2^32.
        Raises:
            OtherDataError: somebody's checksum is another, in all processes.
        """
        # The chief's once for every other, and less that other's: 0 where all are equal.
        times = len(self.cluster.workers) - 1 if self.is_chief else -1
        message = np.array([command if self.is_chief else 0, request, times * checksum], WORD)
        told, requests, difference = self._total(message)
        if told == STEP and difference:
            raise OtherDataError(
                "train.strategy: the data is not the same in all processes; start all with the same files and options"
            )
        return int(told), bool(requests)

    def stop_watching(self) -> None:
        """From now on another process may end without that being told here as a failure."""
        stop = getattr(self.strategy.extended, "_check_health_thread_should_stop", None)
        if stop is not None:
            stop.set()

    def share(self, value: Any = None) -> Any:
        """The chief's JSON value, in all processes. All call it together."""
        return json.loads(self._share_bytes(json.dumps(value).encode() if self.is_chief else b""))

    def share_variables(self, variables: Sequence[keras.Variable]) -> None:
        """Gives all processes the chief's values. All call it together, with variables of the same shapes."""
        values = [np.asarray(variable.numpy()) for variable in variables]
        stored = self._share_bytes(b"".join(value.tobytes() for value in values) if self.is_chief else b"")
        expected = sum(value.nbytes for value in values)
        if len(stored) != expected:
            raise ValueError(
                f"train.strategy: the chief's model has {len(stored):,} bytes of variables, this worker's "
                f"{expected:,}; start all workers with the same code, options and data"
            )
        if self.is_chief:
            return
        start = 0
        for variable, value in zip(variables, values, strict=True):
            end = start + value.nbytes
            variable.assign(np.frombuffer(stored[start:end], value.dtype).reshape(value.shape))
            start = end

    def shared_config(self, config: ConfigSections) -> ConfigSections:
        """The chief's options, in all processes. All call it together."""
        return type(config).from_dict(self.share(config.to_dict()))

    @contextlib.contextmanager
    def lost_workers_named(self) -> Iterator[None]:
        """Within the block the failure of a collective operation is a `WorkerLostError`."""
        try:
            yield
        except (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.CancelledError):
            if not self.has_followers:
                raise
            raise self._lost() from None
        except (tf.errors.InternalError, tf.errors.DeadlineExceededError, tf.errors.FailedPreconditionError) as error:
            if not self.has_followers or "ollective" not in str(error):
                raise
            raise self._lost() from None

    def _lost(self):
        self.stop_watching()  # or it would say so too, on lines of its own
        others = [address for index, address in enumerate(self.cluster.workers) if index != self.cluster.index]
        which = "another worker" if len(others) > 1 else "the other worker"
        return WorkerLostError(f"train.strategy: {which} ({', '.join(others)}) has gone or cannot be reached")

    def _share_bytes(self, stored: bytes) -> bytes:
        length = int(self._total(np.array([len(stored)], WORD))[0])
        words = np.zeros(-(-length // WORD.itemsize), WORD)
        if self.is_chief:
            words = np.frombuffer(stored.ljust(words.nbytes, b"\0"), WORD)
        return self._total(words).tobytes()[:length]

    def _total(self, words):
        with self.lost_workers_named():
            return self._add(tf.constant(words)).numpy()

    @property
    def _add(self):
        if not hasattr(self, "_adding"):

            def add(words):
                # The identity is on the replica's device; an argument of a function is on none.
                return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, tf.identity(words))

            signature = [tf.TensorSpec([None], tf.int64)]
            self._adding = tf.function(lambda words: self.run(add, words), input_signature=signature, autograph=False)
        return self._adding


def distribute(strategy: str, devices: Sequence[str] | None = None) -> Distribution | None:
    """How to train as `--train.strategy` says; None for one device.

    Call it before TensorFlow's first operation and before `set_seed`. With several processes it returns when all of
    them have called it. Each is started with the same command and with TF_CONFIG in its environment, on the first
    machine, whose process keeps the run folder,

        TF_CONFIG='{"cluster": {"worker": ["hostA:12345", "hostB:12345"]}, "task": {"type": "worker", "index": 0}}'

    and on the other with "index": 1. The files to train on are at the same path on all of them. The ports are not
    guarded by any password: they belong behind a firewall. A machine with several GPUs starts a process for each, with
    CUDA_VISIBLE_DEVICES and an address of its own.

    Args:
        strategy: "none"; "mirrored", over the devices of this process; "multiworker", over the processes of TF_CONFIG.
        devices: for mirrored, such as ["GPU:0", "GPU:1"]; by default all GPUs, or all logical CPU devices.
    Raises:
        ValueError: another name, a device alone, or a TF_CONFIG that cannot be read.
    """
    if strategy == "none":
        return None
    if strategy == "mirrored":
        return _mirrored(devices)
    if strategy == "multiworker":
        return _multiworker(Cluster.from_environment())
    raise ValueError(f"train.strategy: {strategy!r} is not one of none, mirrored, multiworker")


def _mirrored(devices):
    if devices is None:
        kind = "GPU" if tf.config.list_logical_devices("GPU") else "CPU"
        devices = [device.name for device in tf.config.list_logical_devices(kind)]
    if len(devices) < 2:
        raise ValueError(
            f"train.strategy: mirrored needs several devices, found {', '.join(devices)}; leave the option out, or "
            "use multiworker for several machines"
        )
    on_gpus = all("GPU" in device for device in devices)
    adding = tf.distribute.NcclAllReduce() if on_gpus else tf.distribute.ReductionToOneDevice()
    return Distribution(tf.distribute.MirroredStrategy(devices, cross_device_ops=adding))


def _multiworker(cluster):
    gpus = tf.config.list_physical_devices("GPU")
    if len(gpus) > 1:
        raise ValueError(
            f"train.strategy: {len(gpus)} GPUs are visible to this worker; start one worker for each, with "
            "CUDA_VISIBLE_DEVICES=0, =1 and so on and an address of its own in TF_CONFIG"
        )
    others = [address for index, address in enumerate(cluster.workers) if index != cluster.index]
    role = "chief" if cluster.is_chief else f"worker {cluster.index}"
    if others:
        print(f"{role} at {cluster.workers[cluster.index]}: waiting for {', '.join(others)}", flush=True)
    return Distribution(_strategy(cluster), cluster)


@functools.cache
def _strategy(cluster):
    # TensorFlow's server for the other processes is started with the first one, and stays for the process.
    return tf.distribute.MultiWorkerMirroredStrategy()
