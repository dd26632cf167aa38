"""What training and validation read: batches of waveforms and of their texts as symbols."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rnnapps.audio.augmentation import Augmentation
from rnnapps.audio.read_audio import read_audio
from rnnapps.audio.recording import Recording
from rnnapps.audio.waveform_batches import OrderedWaveforms, WaveformBatches
from rnnapps.audio.waveforms import Waveforms

from .config import SpeechConfig
from .spelling import least_samples

if TYPE_CHECKING:
    from .units import Units


def training_batches(
    recordings: Sequence[Recording], units: Units, config: SpeechConfig, waveforms: Waveforms | None = None
) -> WaveformBatches:
    """Every recording once per epoch, varied as section augment says, in an order that (seed, epoch) decides.

    Args:
        recordings: of the training side.
        units: what their texts are made of.
        config: sections features (a rate that is a number), model, augment and train.
        waveforms: of the same recordings, where they have been read before; by default they are read now.
    Raises:
        ValueError: recordings that cannot be read: the first is named, and how many there are. Or noises that cannot.
        FileNotFoundError: no folder of noises.
    """
    waveforms = read(recordings, config) if waveforms is None else waveforms
    labels = [units.encode(recording.text) for recording in recordings]
    return WaveformBatches(
        waveforms,
        waveforms.samples,
        labels,
        **_sizes(config),
        seed=config.train.seed,
        short_first=config.train.short_first,
        augment=_augmentation(waveforms, config),
        least=np.array([least_samples(row, config) for row in labels]),
    )


def validation_batches(
    recordings: Sequence[Recording], units: Units, config: SpeechConfig, waveforms: Waveforms | None = None
) -> OrderedWaveforms:
    """The recordings as they are, in their order; arguments and errors as of `training_batches`."""
    waveforms = read(recordings, config) if waveforms is None else waveforms
    labels = [units.encode(recording.text) for recording in recordings]
    return OrderedWaveforms(waveforms, waveforms.samples, labels, **_sizes(config))


def read(recordings: Sequence[Recording], config: SpeechConfig) -> Waveforms:
    """The waveforms of recordings all of which can be read.

    Raises:
        ValueError: some cannot: the first is named, and how many there are.
    """
    waveforms = Waveforms(recordings, config.features.rate)
    errors = [error for error in waveforms.errors if error]
    if errors:
        more = f" (and {len(errors) - 1:,} more recordings; check lists them)" if len(errors) > 1 else ""
        raise ValueError(f"{errors[0]}{more}")
    return waveforms


def _sizes(config: SpeechConfig) -> dict[str, int]:
    samples = round(config.train.seconds_per_batch * config.features.rate)
    return {"batch_size": config.train.batch_size, "samples_per_batch": max(1, samples)}


def _augmentation(waveforms: Waveforms, config: SpeechConfig) -> Augmentation | None:
    options, rate = config.augment, config.features.rate
    if not (options.speed or options.gain or options.noise):
        return None
    kinds = options.noise_names + (("recorded",) if options.noise_path else ())
    return Augmentation(
        rate,
        options.speed,
        options.gain,
        options.noise,
        kinds,
        options.least_snr,
        options.most_snr,
        voices=waveforms,
        noises=_noises(options.noise_path, rate) if options.noise_path and options.noise else (),
    )


def _noises(folder: str, rate: int) -> list[np.ndarray]:
    path = Path(folder)
    if not path.is_dir():
        raise FileNotFoundError(f"augment.noise_path: {folder} is not a folder")
    files = sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))
    if not files:
        raise ValueError(f"augment.noise_path: {folder} has no file; put recordings of noise there")
    return [read_audio(file, rate) for file in files]
