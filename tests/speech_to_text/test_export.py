"""The SavedModel hears what the run hears, in a process that knows neither rnnapps nor apps."""

import contextlib
import json
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from apps.speech_to_text.__main__ import main
from apps.speech_to_text.export import load_trained
from apps.speech_to_text.load import load_recognizer
from apps.speech_to_text.run_folder import RunFolder
from tests.speech_to_text.conftest import RATE, spoken

TEXTS = ("ano one", "noa", "eo an ano")

# Runs without the project: only TensorFlow and what was exported.
LOADER = """
import importlib.abc, json, sys

class Blocked(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("rnnapps", "apps", "rnnapps_apps", "keras", "librosa", "soundfile"):
            raise ImportError(name)

import numpy as np
import tensorflow as tf
sys.meta_path.insert(0, Blocked())

path, *files = sys.argv[1:]
model = tf.saved_model.load(path)
of_files, of_waveform = model.signatures["serving_default"], model.signatures["waveform"]
wavs = [open(file, "rb").read() for file in files]
waveforms = np.load(files[0].replace("0.wav", "waveforms.npz"))

def decoded(value):
    return [decoded(part) for part in value] if isinstance(value, list) else value.decode()

def plain(answer):
    found = {name: np.asarray(value).tolist() for name, value in answer.items()}
    return {name: decoded(value) if answer[name].dtype == tf.string else value for name, value in found.items()}

def error(call):
    try:
        call()
    except tf.errors.InvalidArgumentError as found:
        return found.message

second = tf.zeros([100])
print(json.dumps({
    "together": plain(of_files(wav=tf.constant(wavs))),
    "alone": [plain(of_files(wav=tf.constant([wav])))["text"][0] for wav in wavs],
    "none": of_files(wav=tf.constant([], tf.string))["text"].shape.as_list(),
    "waveforms": [plain(of_waveform(waveform=waveforms[name], rate=tf.constant(RATE))) for name in waveforms],
    "describe": plain(model.signatures["describe"]()),
    "signatures": sorted(model.signatures),
    "not_a_wav": error(lambda: of_files(wav=tf.constant([b"ID3 something else"]))),
    "nan": error(lambda: of_waveform(waveform=second * float("nan"), rate=tf.constant(RATE))),
    "rate": error(lambda: of_waveform(waveform=second, rate=tf.constant(0))),
    "project": sorted(name for name in sys.modules if name.startswith(("rnnapps", "apps"))),
}))
""".replace("RATE", str(RATE))


@pytest.fixture(scope="module")
def waveforms():
    return [spoken(text, seed=100 + number) for number, text in enumerate(TEXTS)]


@pytest.fixture(scope="module")
def expected(trained_run, waveforms):
    """Transcripts by the run's weights, one recording at a time."""
    transcriber = load_trained(RunFolder.open(trained_run)).transcriber()
    return [transcriber.transcribe([waveform])[0] for waveform in waveforms]


@pytest.fixture(scope="module")
def elsewhere(trained_run, waveforms, tmp_path_factory):
    """Answers of the SavedModel in another process, in a folder of its own."""
    folder = tmp_path_factory.mktemp("elsewhere")
    np.savez(folder / "waveforms.npz", *waveforms)
    for number, (waveform, kind) in enumerate(zip(waveforms, ("FLOAT", "PCM_16", "PCM_24"), strict=True)):
        channels = np.stack([waveform, waveform], 1) if number == 2 else waveform
        soundfile.write(folder / f"{number}.wav", channels, RATE, subtype=kind)
    files = [str(folder / f"{number}.wav") for number in range(len(waveforms))]
    command = [sys.executable, "-I", "-c", LOADER, str(trained_run / "1"), *files]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_the_other_process_knew_nothing_of_the_project(elsewhere):
    assert elsewhere["project"] == []


def test_wav_files_give_the_texts_of_the_run(elsewhere, expected):
    assert elsewhere["together"]["text"] == [one.text for one in expected]
    assert any(one.text for one in expected)


def test_a_file_alone_gives_what_it_gives_among_others(elsewhere):
    assert elsewhere["alone"] == elsewhere["together"]["text"]


def test_no_files_give_no_texts(elsewhere):
    assert elsewhere["none"] == [0]


def test_waveforms_give_words_times_and_confidences_of_the_run(elsewhere, expected):
    for answer, one in zip(elsewhere["waveforms"], expected, strict=True):
        assert answer["text"] == one.text
        assert answer["words"] == [word.text for word in one.words]
        np.testing.assert_allclose(answer["starts"], [word.start for word in one.words], atol=1e-5)
        np.testing.assert_allclose(answer["ends"], [word.end for word in one.words], atol=1e-5)
        np.testing.assert_allclose(answer["confidences"], [word.confidence for word in one.words], atol=1e-4)
        np.testing.assert_allclose(answer["confidence"], one.confidence, atol=1e-4)
        assert answer["n_best"][0] == one.text


def test_the_model_says_what_it_is(elsewhere, trained_run):
    about = elsewhere["describe"]
    assert (about["symbols"], about["head"], about["rate"]) == (["", " ", "a", "e", "n", "o"], "ctc", RATE)
    np.testing.assert_allclose(about["frame_seconds"], 8 * 0.010, rtol=1e-6)


def test_a_network_that_looks_ahead_has_no_stream(elsewhere):
    assert elsewhere["signatures"] == ["decode", "describe", "posteriors", "serving_default", "waveform"]


@pytest.mark.parametrize(
    ("case", "words"), [("not_a_wav", "WAV"), ("nan", "NaN or infinite"), ("rate", "rate is not above 0")]
)
def test_the_graph_itself_refuses(case, words, elsewhere):
    assert words in elsewhere[case]


def test_a_loaded_model_gives_the_transcripts_of_the_run(trained_run, waveforms, expected):
    found = load_recognizer(trained_run).transcribe(waveforms[0], RATE)
    assert (found.text, [word.text for word in found.words]) == (
        expected[0].text,
        [word.text for word in expected[0].words],
    )
    np.testing.assert_allclose(found.words[-1].end, expected[0].words[-1].end, atol=1e-5)


def test_another_rate_is_brought_to_the_models_own(trained_run, waveforms, expected):
    recognizer = load_recognizer(trained_run)
    doubled = spoken(TEXTS[0], rate=2 * RATE, seed=100)  # the same tones, other noise
    assert recognizer.transcribe(doubled, 2 * RATE).text == expected[0].text


@pytest.fixture(scope="module")
def exported(trained_run, tmp_path_factory):
    """Folder of an export with other decoding options; what was printed is beside it, in printed.txt."""
    path = tmp_path_factory.mktemp("exported") / "served"
    arguments = ["export", str(trained_run), "--n_best", "4", "--hot_words", "noa", "--output", str(path)]
    with (path.parent / "printed.txt").open("w") as printed, contextlib.redirect_stdout(printed):
        assert main(arguments) == 0
    return path


def test_export_writes_a_model_and_prints_where(exported):
    assert (exported.parent / "printed.txt").read_text() == f"{exported}\n"
    assert (exported / "saved_model.pb").is_file()


def test_a_model_is_exported_with_other_decoding_options(exported, waveforms):
    assert len(load_recognizer(exported).transcribe(waveforms[0], RATE).alternatives) > 1


def test_weights_that_nobody_tuned_are_told(trained_run, tmp_path, capsys):
    (tmp_path / "texts.txt").write_text("ano one\nnoa\n")
    load_trained(RunFolder.open(trained_run), {"lm": "word", "lm_text": str(tmp_path / "texts.txt"), "lm_weight": 0.9})
    told = "no weights were tuned for this language model; it has --insertion_bonus 0.5 unless given"
    assert told in capsys.readouterr().err


def test_decoding_options_that_do_not_fit_are_one_line(trained_run, tmp_path, capsys):
    assert main(["export", str(trained_run), "--lm", "word", "--output", str(tmp_path / "served")]) == 2
    assert "the run has no lm-symbols.arpa.gz" in capsys.readouterr().err


def test_the_model_card_says_what_it_is_how_good_it_is_and_how_to_load_it(trained_run):
    card = (trained_run / "1" / "model_card.md").read_text(encoding="utf-8")
    for words in (
        "bidirectional LSTM of 1 x 24 units",
        "80 training, 10 validation, 10 test",
        "commonest text",
        "Licence of the data",
        "tf.saved_model.load",
        "`waveform(waveform: float32[n], rate: int32[])`",
        "a frame is 80 ms",
    ):
        assert words in card, words


def test_the_code_of_the_model_card_runs(trained_run):
    card = (trained_run / "1" / "model_card.md").read_text(encoding="utf-8")
    code = card.partition("```python\n")[2].partition("```")[0].replace("path/of/this/folder", str(trained_run / "1"))
    exec(compile(code, "model_card.md", "exec"), {})


@pytest.mark.parametrize("what", ["no such run", "not a run"])
def test_what_is_no_run_is_named(what, tmp_path, capsys):
    path = tmp_path / "run"
    if what == "not a run":
        path.mkdir()
    assert main(["export", str(path)]) == 2
    assert str(path) in capsys.readouterr().err
