"""The end of a training run: figures, plots, SavedModel, recordings to try it with, and what the user reads."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rnnapps.audio.recording import Recording
from rnnapps.inspection import plot_history
from rnnapps.report import write_report
from rnnapps.text_table import table

from .config import SpeechConfig
from .corpus_faults import CheckedCorpus
from .export import write_saved_model
from .fit_decoder import fit_decoder
from .recognition import Recognition
from .run_contents import save_example_recordings, scored_data
from .run_folder import RunFolder
from .score import accuracy, error_rates
from .scored_recordings import CHOSEN_ON
from .training_run import Prepared
from .transcript import Transcript

EXAMPLES = 3
NAMES = {"wer": "words wrong", "cer": "characters wrong", "right": "recordings right", "accuracy": "labels right"}


@dataclass(frozen=True)
class Conclusion:
    """What was found and written.

    Fields:
        summary: figures and examples, for reading.
        plots: paths.
    """

    summary: str
    plots: tuple[Path, ...]


def conclude(
    prepared: Prepared, config: SpeechConfig, checked: CheckedCorpus, folder: RunFolder, trained: dict
) -> Conclusion:
    """Prepares the decoder, scores the test side, and writes metrics.json, SavedModel, plots, examples and report.

    Args:
        prepared: its model has the weights to keep.
        config: every option.
        checked: the recordings. Without a test side the validation side is scored.
        folder: the run's.
        trained: what `fit_recognizer` returned.
    """
    corpus = checked.corpus
    side = "test" if corpus.test else "validation"
    scored, waveforms = corpus.sides[side], checked.waveforms[side]
    decoder = fit_decoder(prepared.model, prepared.units, config, checked)
    decoder.save(folder.path)
    search = decoder.search(config, prepared.units)
    recognition = Recognition(prepared.model, prepared.units, config, search, decoder.confidences)
    heard = recognition.transcriber().transcribe(waveforms)
    figures = score(config, [one.text for one in heard], scored)
    methods = {"model": figures}
    if decoder.learnt is not None:
        # The same search otherwise: greedy decoding would find less for another reason.
        search = dataclasses.replace(decoder, learnt=None).search(config, prepared.units)
        alone = Recognition(prepared.model, prepared.units, config, search).transcriber().transcribe(waveforms)
        methods["without language model"] = score(config, [one.text for one in alone], scored)
    methods["commonest text"] = score(config, [_commonest(corpus.training)] * len(scored), scored)
    scores = _table(methods)
    title = f"{len(scored):,} {side} recordings"
    notes = [] if side == "test" else [CHOSEN_ON]
    metrics = {
        side: {"recordings": len(scored), **figures, "baselines": {k: v for k, v in methods.items() if k != "model"}},
        "training": trained,
        "data": {
            "name": corpus.name,
            "licence": corpus.licence,
            "recordings": {name: len(recordings) for name, recordings in corpus.sides.items()},
        },
        "scored_data": scored_data(scored),
        "parameters": prepared.model.count_params(),
        "quality": "\n".join([f"{title}, in percent:", "```", scores, "```", *notes]),
    }
    folder.write_metrics(metrics)
    if not (path := folder.path / "1").exists():
        write_saved_model(recognition, folder, config, path)
    chosen = _spread(len(scored))
    files = write_examples([scored[row] for row in chosen], [waveforms[row] for row in chosen], config, folder)
    plots = (
        plot_history(folder.history, folder.plots / "history.png"),
        *sorted(folder.plots.glob("gradient_flow*.png")),
    )
    examples = [_example(file, scored[row], heard[row]) for file, row in zip(files, chosen, strict=True)]
    notes += _told_silence(trained, prepared)
    write = lambda recording, waveform, name: _write_example(recording, waveform, name, config, folder)
    save_example_recordings(folder, scored, waveforms, heard, write)
    write_report(folder)
    return Conclusion("\n".join(["", f"{title}, in percent", scores, *notes, "", *examples]).rstrip(), tuple(plots))


def score(config: SpeechConfig, texts: Sequence[str], recordings: Sequence[Recording]) -> dict[str, float]:
    """The figures that the head is judged by, in percent."""
    references = [recording.text for recording in recordings]
    if config.model.head == "keyword":
        return {"accuracy": accuracy(texts, references)}
    return error_rates(texts, references)


def write_examples(
    recordings: Sequence[Recording], waveforms: Sequence[np.ndarray], config: SpeechConfig, folder: RunFolder
) -> list[Path]:
    """WAV files to try a run with, and what is said in them: the folder `examples`."""
    return [
        _write_example(recording, waveform, str(number), config, folder)
        for number, (recording, waveform) in enumerate(zip(recordings, waveforms, strict=True), 1)
    ]


def _write_example(
    recording: Recording, waveform: np.ndarray, name: str, config: SpeechConfig, folder: RunFolder
) -> Path:
    import soundfile

    path = folder.examples / f"{name}.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.clip(waveform, -1, 1), config.features.rate, subtype="PCM_16")
    path.with_suffix(".txt").write_text(recording.text + "\n", encoding="utf-8")
    return path


def _table(methods: dict[str, dict[str, float]]) -> str:
    header = ["", *(NAMES[name] for name in methods["model"])]
    return table(header, [[method, *(f"{rate:.1f}" for rate in found.values())] for method, found in methods.items()])


def _told_silence(trained: dict, prepared: Prepared) -> list[str]:
    """What there is to say about the phase in which a CTC network says nothing."""
    if prepared.validation.silent:
        return ["it has not begun to say anything: train longer, on more or shorter recordings, or subsample less"]
    epochs = trained["silent_epochs"]
    return [f"for its first {epochs} epochs it said nothing (plots/history.png, blank)"] if epochs else []


def _example(file: Path, recording: Recording, transcript: Transcript) -> str:
    words = " ".join(f"{word.text}@{word.start:.2f}" for word in transcript.words)
    lines = [f"  {file}", f"    said   {recording.text}", f"    heard  {transcript.text}"]
    return "\n".join([*lines, *([f"    times  {words}"] if words else []), ""])


def _commonest(recordings: Sequence[Recording]) -> str:
    return Counter(recording.text for recording in recordings).most_common(1)[0][0]


def _spread(count: int) -> list[int]:
    return sorted({int(row) for row in np.linspace(0, count - 1, EXAMPLES).round()})
