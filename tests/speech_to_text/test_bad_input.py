"""What is wrong with recordings is told in one line that names them, with exit code 2."""

import numpy as np
import pytest
import soundfile

from apps.speech_to_text.__main__ import main
from apps.speech_to_text.config import DataConfig, FeaturesConfig, SpeechConfig
from apps.speech_to_text.scored_recordings import scored_recordings
from tests.speech_to_text.recorded import RATE, TEXTS, speech, write_corpus, write_manifest


@pytest.fixture
def corpus(tmp_path):
    """A folder with a good corpus, its manifest's path and its rows."""
    return tmp_path, tmp_path / "train.jsonl", write_corpus(tmp_path)


def run(capsys, *argv):
    """Exit code, what was printed, and the line of the error."""
    code = main([str(each) for each in argv])
    printed, error = capsys.readouterr()
    lines = [line for line in error.splitlines() if line.startswith("speech_to_text: error")]
    return code, printed, lines[-1] if lines else ""


def check(capsys, manifest, *options):
    return run(capsys, "check", "--data", manifest, *options)


def test_a_good_corpus_passes(corpus, capsys):
    code, printed, error = check(capsys, corpus[1])
    assert (code, error) == (0, "")
    assert "nothing that training would refuse" in printed


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def write(samples, **options):
    return lambda path: soundfile.write(path, samples, options.pop("rate", RATE), **options)


FAULTS = {
    "unreadable": (lambda path: path.write_text("no sound"), "cannot be read as sound"),
    "truncated": (cut, "the file is cut short, 50% of its sound is missing"),
    "empty": (write(np.zeros(0)), "has no sample"),
    "not_finite": (write(np.append(speech(1, 1), np.nan), subtype="FLOAT"), "NaN or infinite, the first at 1.00 s"),
    "silent": (write(np.zeros(RATE)), "is silent"),
    "too_short": (write(speech(0.3, 1)), "0.3 s are 8 output frames, but its text needs"),
    "one sample": (write(np.ones(1) / 2), "is 1 sample long"),
}


@pytest.mark.parametrize("verb", ["check", "train"])
@pytest.mark.parametrize(("damage", "message"), FAULTS.values(), ids=FAULTS)
def test_a_recording_that_training_cannot_use_is_refused(corpus, capsys, verb, damage, message):
    folder, manifest, _ = corpus
    damage(folder / "3.wav")
    code, _, error = run(capsys, verb, "--data", manifest, *(["--run", folder / "run"] if verb == "train" else []))
    assert code == 2
    assert "3.wav: " in error
    assert message in error
    assert not (folder / "run").exists()


@pytest.mark.parametrize("verb", ["check", "train"])
def test_recordings_none_of_which_can_be_read_are_named(corpus, capsys, verb):
    folder, manifest, rows = corpus
    for row in rows:
        (folder / row["audio_filepath"]).write_text("no sound")
    code, printed, error = run(capsys, verb, "--data", manifest)
    assert code == 2 and "24 " in error and ".wav: cannot be read as sound" in error
    assert "largest safe" not in printed


@pytest.mark.parametrize("verb", ["check", "train"])
@pytest.mark.parametrize("rate", [[], ["--features.rate", RATE]])
def test_more_bands_than_there_is_room_for_are_refused_with_the_number_that_works(corpus, capsys, verb, rate):
    code, _, error = run(capsys, verb, "--data", corpus[1], "--features.bands", 4000, *rate)
    assert code == 2
    assert "features.bands=4000 is too many between 0 and 4000 Hz with a window of 200 samples" in error
    assert "take at most 513" in error


def test_faulty_recordings_can_be_left_out(corpus, capsys):
    folder, manifest, _ = corpus
    silent = np.zeros(RATE)
    (folder / "4.wav").unlink()
    soundfile.write(folder / "5.wav", silent, RATE)
    options = ["--data", manifest, "--data.faulty", "leave_out", "--data.split", "random", "--run", folder / "run"]
    # An option that is wrong stops it before it trains.
    code, printed, error = run(capsys, "train", *options, "--augment.noise_path", folder / "none")
    assert code == 2
    assert "2 left out for their faults: " in printed
    assert "4.wav" in printed
    assert "augment.noise_path" in error


def test_recordings_that_were_left_out_of_training_are_not_scored(corpus):
    folder, manifest, _ = corpus
    data = DataConfig(path=str(manifest), faulty="leave_out", split="tail", test_size=4)
    (folder / "21.wav").unlink()
    soundfile.write(folder / "22.wav", np.zeros(RATE), RATE)
    scored = scored_recordings(SpeechConfig(data=data, features=FeaturesConfig(rate=RATE)))
    assert [recording.name for recording in scored.recordings] == ["20.wav", "23.wav"]
    assert scored.notes == ("2 left out for their faults: 21.wav, 22.wav",)


def test_other_recordings_do_not_take_the_place_of_the_runs_own_side(corpus):
    folder, manifest, rows = corpus
    write_manifest(folder / "test.jsonl", rows[:3])
    config = SpeechConfig(data=DataConfig(path=str(manifest)), features=FeaturesConfig(rate=RATE))
    assert scored_recordings(config, side="test").short_name == "test"
    assert scored_recordings(config, data=str(folder / "test.jsonl")).short_name == "other-test"


def test_missing_files_are_listed_all_at_once(corpus, capsys):
    _, manifest, rows = corpus
    missing = [{"audio_filepath": f"gone/{number}.wav", "text": "eins"} for number in range(1000, 3000)]
    write_manifest(manifest, [*rows, *missing[:700], *rows[:3], *missing[700:]])
    code, printed, error = check(capsys, manifest)
    assert code == 2
    assert all(f"gone/{number}.wav: no such file" in printed for number in range(1000, 3000))
    assert "2,000 errors" in error


def test_training_counts_missing_files(corpus, capsys):
    folder, manifest, rows = corpus
    missing = [{"audio_filepath": f"gone/{number}.wav", "text": "eins"} for number in range(1000, 3000)]
    write_manifest(manifest, [*rows, *missing])
    code, _, error = run(capsys, "train", "--data", manifest, "--run", folder / "run")
    assert code == 2
    assert "2,000 of 2,024 recordings are not in" in error
    assert "gone/" in error


@pytest.mark.parametrize("verb", ["check", "train"])
def test_an_empty_manifest_is_named(tmp_path, capsys, verb):
    (tmp_path / "empty.jsonl").write_text("")
    code, _, error = run(capsys, verb, "--data", tmp_path / "empty.jsonl")
    assert code == 2
    assert "empty.jsonl" in error


def replace(row, **values):
    return lambda folder, rows: rows.__setitem__(row, rows[row] | values)


def sound(row, samples, rate=RATE):
    return lambda folder, rows: soundfile.write(folder / rows[row]["audio_filepath"], samples, rate)


SUSPECT = {
    "clipped": (sound(3, np.clip(20 * speech(1, 1), -1, 1)), ["3.wav: is clipped"]),
    "rate": (
        sound(3, speech(len(TEXTS[3]) / 10, 3), 2 * RATE),
        ["3.wav: ", "its header may say a wrong rate (16000 Hz)"],
    ),
    "script": (replace(3, text="восемь раз девять"), ["3.wav: its text is in Cyrillic letters"]),
    "other text": (replace(3, audio_filepath="2.wav"), ["2.wav: the same sound as 2.wav, but another text"]),
}


@pytest.mark.parametrize(("change", "messages"), SUSPECT.values(), ids=SUSPECT)
def test_a_suspect_recording_is_named(corpus, capsys, change, messages):
    folder, manifest, rows = corpus
    change(folder, rows)
    write_manifest(manifest, rows)
    code, _, error = check(capsys, manifest, "--data.split", "tail")
    assert code == 2
    assert "training would go on" in error
    assert all(message in error for message in messages)


def validation(corpus, change):
    """A validation side of its own, with new recordings and one `change`."""
    folder = corpus[0]
    rows = write_corpus(folder, 6, "validation.jsonl", first=100)
    rows = [row | {"speaker": f"v{number}"} for number, row in enumerate(rows)]
    change(folder, rows)
    write_manifest(folder / "validation.jsonl", rows)
    return folder / "validation.jsonl"


BETWEEN_SIDES = {
    "characters": (replace(1, text="çeinsñ"), "101.wav: characters that no training text has"),
    "speakers": (replace(1, speaker="s2"), "1 of the 6 validation speakers are in training too (s2)"),
    "leaked": (
        replace(0, audio_filepath="0.wav", text=TEXTS[0]),
        "0.wav: the same sound as 0.wav of the training side, which makes figures too good",
    ),
    "nothing": (lambda folder, rows: None, ""),
}


@pytest.mark.parametrize(("change", "message"), BETWEEN_SIDES.values(), ids=BETWEEN_SIDES)
def test_what_is_wrong_between_the_sides_is_named(corpus, capsys, change, message):
    given = validation(corpus, change)
    code, _, error = check(capsys, corpus[1], "--data.validation", given, "--data.test_size", "0")
    assert (code, bool(error)) == ((2, True) if message else (0, False))
    assert message in error


def test_a_label_without_training_is_an_error(corpus, capsys):
    given = validation(corpus, replace(1, text="elf"))
    options = ["--data.validation", given, "--data.test_size", "0", "--model.head", "keyword"]
    code, _, error = check(capsys, corpus[1], *options)
    assert code == 2
    assert "101.wav: label 'elf' does not occur in training" in error


def test_a_report_has_a_line_for_each_fault(corpus, capsys):
    folder, manifest, _ = corpus
    (folder / "3.wav").unlink()
    soundfile.write(folder / "7.wav", np.zeros(RATE), RATE)
    assert check(capsys, manifest, "--report", folder / "faults.tsv")[0] == 2
    lines = [line.split("\t") for line in (folder / "faults.tsv").read_text().splitlines()]
    assert lines[0] == ["level", "kind", "side", "recording", "message"]
    errors = [line for line in lines if line[0] == "error"]
    assert sorted((line[1], line[3]) for line in errors) == [("missing", "3.wav"), ("silent", "7.wav")]
