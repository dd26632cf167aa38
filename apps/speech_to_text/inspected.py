"""What a look inside a recogniser can show of one recording, and of those it was tested on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf

from rnnapps.audio.read_audio import read_audio
from rnnapps.decoding.ctc.occupancy import occupancy
from rnnapps.inspection.integrated_gradients import complete_attribution
from rnnapps.inspection.labelled_map import LabelledMap
from rnnapps.inspection.look import Example, Picture, Subject, file_name
from rnnapps.losses import ctc_loss

from .export import load_trained
from .model import Recognizer
from .recognition import Recognition
from .run_folder import RunFolder
from .scored_recordings import scored_recordings
from .transcriber import padded_together

LONGEST = 30.0  # seconds that a picture can hold
EXAMPLES, TOGETHER = 60, 6  # recordings that units are looked for in
START, END = "(start)", "(end)"
SPECTRUM_INCHES = 3.0
ATTENTION = (
    "One row per symbol of the text. A dark place: the decoder looked at these frames when it wrote the symbol. A "
    "symbol's weights sum to 1."
)
ALIGNMENT = (
    "One row per symbol of the text. A dark place: there the network wrote the symbol. CTC may write it earlier or "
    "later than it is said. A frame's probabilities sum to 1 with that of the blank, which is not shown."
)
SALIENCY = (
    "Below: red sound speaks for what was heard, blue against it, compared with holding the recording's mean spectrum "
    "throughout. All of it {sums_to} log P({text}) minus that of the mean spectrum, {whole:.1f}. By integrated "
    "gradients."
)


def inspected(folder: RunFolder, recording: str | None) -> Subject:
    """The subject of `rnnapps.inspection.look` for a run and a recording.

    Args:
        folder: of the run.
        recording: file; None takes the first of the run's examples.
    Raises:
        FileNotFoundError: the run has not ended, or no such file.
        ValueError: sound that cannot be read, or is too long.
    """
    path = Path(recording) if recording else folder.examples / "1.wav"
    recognition = load_trained(folder)
    model = recognition.model
    waveform = read_audio(path, model.rate)
    if len(waveform) > LONGEST * model.rate:
        raise ValueError(f"{path}: {len(waveform) / model.rate:.0f} s are too long for a picture, {LONGEST:g} at most")
    text = recognition.transcriber().transcribe([waveform])[0].text
    return subject_of(recognition, path.name, waveform, text, lambda: _recordings(recognition, folder))


def subject_of(
    recognition: Recognition,
    name: str,
    waveform: np.ndarray,
    text: str,
    data_set: Callable[[], Iterable[Example]],
) -> Subject:
    """The subject of `rnnapps.inspection.look` for one recording, what is heard in it, and recordings for units."""
    return Subject(
        name=file_name(Path(name).stem),
        title=f"{name}: {text or '(nothing heard)'}",
        model=recognition.model,
        example=_example(recognition, [waveform], [name], [text], _times, "seconds"),
        pictures={
            "attention": lambda: _attention(recognition, waveform, text),
            "saliency": lambda: _saliency(recognition, waveform, text),
        },
        data_set=data_set,
    )


def _example(
    recognition: Recognition,
    waveforms: Sequence[np.ndarray],
    titles: Sequence[str],
    texts: Sequence[str],
    frame_labels: Callable[[Recognition, dict], list[list[str]]],
    frame_name: str,
) -> Example:
    """Of recordings, the texts that a decoder is to read with them, and what the encoder's steps are called."""
    model, units = recognition.model, recognition.units
    padded, lengths = padded_together(waveforms)
    numbers = [units.encode(text) for text in texts] if model.attention is not None else []
    outputs: dict = {}

    def run() -> None:
        outputs.update(model({"waveform": padded, "length": lengths}, training=False))
        if model.attention is not None:
            model.attention(outputs["memory"], outputs["frames"], tf.ragged.constant(numbers, tf.int32).to_tensor())

    def labels(layer: str, _: int) -> list[list[str]]:
        if _decodes(layer):
            return [[START, *_written(units.symbols[number] for number in row)] for row in numbers]
        return frame_labels(recognition, outputs)

    step_name = lambda layer: "symbol, as the decoder reads it" if _decodes(layer) else frame_name
    return Example(run=run, labels=labels, step_name=step_name, titles=titles, inputs=(padded, lengths))


def _attention(recognition: Recognition, waveform: np.ndarray, text: str) -> Picture:
    model, units = recognition.model, recognition.units
    if model.keyword is not None:
        raise ValueError("--look attention: a keyword head names the whole recording at once; try saliency")
    if not text:
        raise ValueError("--look attention: nothing was heard in the recording, so there is no symbol to look at")
    memory, frames = model.encode(*_batch(waveform))
    labels = units.encode(text)
    rows = _written(units.symbols[number] for number in labels)
    if model.attention is not None:
        decoder = model.attention.decoder
        read = tf.constant([[0, *labels]])
        mask = tf.sequence_mask(frames, tf.shape(memory)[1])
        _, weights = decoder(read, values=memory, mask=mask, return_attention_scores=True)
        values, rows = weights.numpy()[0], [*rows, END]
        name, unit, caption = "attention", "share of attention", ATTENTION
    else:
        log_probs = tf.nn.log_softmax(model.dense(memory)).numpy()[0, : int(frames[0])]
        values = occupancy(log_probs, labels)
        name, unit, caption = "CTC alignment", "probability of being on the symbol", ALIGNMENT
    one = LabelledMap(
        name=name,
        values=values,
        rows=tuple(rows),
        columns=tuple(_seconds(values.shape[1], model.frame_seconds)),
        row_name="symbol",
        column_name="seconds",
        unit=unit,
        limits=(0.0, 1.0),
    )
    return Picture([_spectrum(recognition, waveform), one], caption)


def _saliency(recognition: Recognition, waveform: np.ndarray, text: str) -> Picture:
    model = recognition.model
    features, frames = model.features(*_batch(waveform))
    labels = tf.constant([recognition.units.encode(text) or [0]], tf.int32)
    mean = tf.broadcast_to(tf.reduce_mean(features[0], axis=0, keepdims=True), features.shape[1:])

    def log_probability(points):
        rows = tf.shape(points)[0]
        memory, count = model.encode_features(points, tf.repeat(frames, rows))
        return _log_probability(model, memory, count, tf.repeat(labels, rows, axis=0))[:, None]

    found = complete_attribution(log_probability, [features[0]], [mean], batch_size=16)
    whole = float(found.outputs[0] - found.baseline_outputs[0])
    spectrum = _spectrum(recognition, waveform)
    values = found.values[0][0].T[::-1]
    one = LabelledMap(
        name="saliency",
        values=values,
        rows=spectrum.rows,
        columns=spectrum.columns,
        row_name=spectrum.row_name,
        column_name="seconds",
        unit="contribution to log P",
        signed=True,
        height=SPECTRUM_INCHES,
    )
    caption = SALIENCY.format(sums_to=found.sums_to, text=text or "nothing", whole=whole)
    return Picture([spectrum, one], caption, found.arrays)


def _log_probability(model: Recognizer, memory: tf.Tensor, frames: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """(B,) of labels (B, L) under the head; of head joint, of its attention decoder."""
    if model.keyword is not None:
        return tf.gather(tf.nn.log_softmax(model.keyword(memory, frames)), labels[:, 0], axis=1, batch_dims=1)
    if model.attention is not None:
        return model.attention.score(memory, frames, labels[:, None])[:, 0]
    return -ctc_loss(labels, model.dense(memory), frames)


def _spectrum(recognition: Recognition, waveform: np.ndarray) -> LabelledMap:
    """The features as the network sees them, low bands at the bottom."""
    model = recognition.model
    features, frames = model.features(*_batch(waveform))
    values = features.numpy()[0, : int(frames[0])].T[::-1]
    width = model.features.width // (1 + model.features.deltas)
    part = ("", "slope of ", "curvature of ")
    names = [f"{part[min(row // width, 2)]}{_channel(model, row % width)}" for row in range(len(values))]
    return LabelledMap(
        name="what the network hears",
        values=values,
        rows=tuple(names[::-1]),
        columns=tuple(_seconds(values.shape[1], model.hop / model.rate)),
        row_name="feature",
        column_name="seconds",
        unit="normalised" if model.config.features.normalization != "none" else "dB",
        signed=model.config.features.normalization != "none",
        height=SPECTRUM_INCHES,
    )


def _channel(model: Recognizer, number: int) -> str:
    """A band by the frequency of its middle, a cepstral coefficient by its number."""
    features = model.features
    if features.kind == "mfcc":
        return f"coefficient {number}"
    import librosa

    highest = features.highest or model.rate / 2
    middles = librosa.mel_frequencies(features.bands + 2, fmin=features.lowest, fmax=highest)[1:-1]
    return f"{middles[number]:,.0f} Hz"


def _recordings(recognition: Recognition, folder: RunFolder) -> Iterator[Example]:
    recordings = scored_recordings(folder.config()).recordings
    recordings = [recordings[row] for row in np.unique(np.linspace(0, len(recordings) - 1, EXAMPLES).astype(int))]
    recordings = sorted(
        (one for one in recordings if not one.duration > LONGEST), key=lambda one: (one.duration, one.name)
    )
    model, labels, name = recognition.model, _times, "seconds"
    if model.dense is not None:
        labels = _likeliest
        name = f"frames of {model.frame_seconds:g} s with the likeliest symbol of each, empty where that is the blank"
    for start in range(0, len(recordings), TOGETHER):
        some = recordings[start : start + TOGETHER]
        waveforms = [one.waveform(model.rate) for one in some]
        yield _example(recognition, waveforms, [one.name for one in some], [one.text for one in some], labels, name)


def _likeliest(recognition: Recognition, outputs: dict) -> list[list[str]]:
    """The likeliest symbol of each frame, nothing for the blank."""
    symbols = _written(recognition.units.symbols)
    best = outputs["logits"].numpy().argmax(axis=-1)
    return [
        [symbols[number] for number in row[:count]]
        for row, count in zip(best, outputs["frames"].numpy().tolist(), strict=True)
    ]


def _times(recognition: Recognition, outputs: dict) -> list[list[str]]:
    return [_seconds(count, recognition.model.frame_seconds) for count in outputs["frames"].numpy().tolist()]


def _written(symbols: Iterable[str]) -> list[str]:
    return [symbol.replace(" ", "␣") for symbol in symbols]


def _decodes(layer: str) -> bool:
    return layer.startswith("attention/")


def _seconds(count: int, frame: float) -> list[str]:
    return [f"{number * frame:.2f}" for number in range(count)]


def _batch(waveform: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return waveform[None], np.array([len(waveform)], "int32")
