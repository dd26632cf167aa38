import io
import json
import types
from pathlib import Path

import pytest

from apps.speech_to_text.given_recordings import GivenRecording
from apps.speech_to_text.transcript import Transcript, Word
from apps.speech_to_text.transcript_files import TranscriptFiles, TranscriptOutput, in_one_cell
from rnnapps.audio.sound_file import SoundFile
from rnnapps.command_line import BadInput

PARTS = [
    Transcript(
        "one two", (Word("one", 0.1, 0.3, 0.9), Word("two", 0.5, 0.7, 0.5)), 0.5, (("one two", -1.0),), 0.0, 1.0
    ),
    Transcript("six", (Word("six", 1.25, 1.5, 0.8),), 0.8, (("six", -0.5),), 1.0, 3.0),
]


def given(*places):
    return [GivenRecording(SoundFile(f"calls/{place}"), Path(place)) for place in places]


def written(format, names, monkeypatch):
    buffer = io.BytesIO()
    monkeypatch.setattr("sys.stdout", types.SimpleNamespace(buffer=buffer))
    out = TranscriptOutput(format, len(names) > 1)
    for one in given(*names):
        out.write(one, PARTS)
    return buffer.getvalue().decode()


def test_one_recording_is_written_as_text_a_stretch_per_line(monkeypatch):
    assert written("text", ["a.wav"], monkeypatch) == "one two\nsix\n"


def test_of_several_recordings_each_is_a_line_after_its_name(monkeypatch):
    assert written("text", ["a.wav", "b.wav"], monkeypatch) == "calls/a.wav\tone two six\ncalls/b.wav\tone two six\n"


@pytest.mark.parametrize("name", ["a\tb.wav", "a\nb.wav", "a\u2028b.wav", "a\r"])
def test_a_name_that_would_break_its_line_is_a_json_string(name, monkeypatch):
    (line,) = written("text", [name, name], monkeypatch).splitlines()[1:]
    called, text = line.split("\t")
    assert (json.loads(called), text) == (f"calls/{name}", "one two six")


def test_a_name_in_quotation_marks_is_not_taken_for_a_json_string():
    assert json.loads(in_one_cell('"a.wav"')) == '"a.wav"'


def test_json_has_the_whole_and_its_stretches(monkeypatch):
    found = json.loads(written("json", ["a.wav"], monkeypatch))
    assert found["recording"] == "calls/a.wav"
    assert found["text"] == "one two six"
    assert found["duration"] == 3.0
    assert [(part["start"], part["end"], part["text"]) for part in found["stretches"]] == [
        (0, 1, "one two"),
        (1, 3, "six"),
    ]
    assert found["stretches"][1]["words"] == [{"word": "six", "start": 1.25, "end": 1.5, "confidence": 0.8}]


def test_json_of_several_recordings_is_an_object_per_line(monkeypatch):
    lines = written("json", ["a.wav", "b.wav"], monkeypatch).splitlines()
    assert [json.loads(line)["recording"] for line in lines] == ["calls/a.wav", "calls/b.wav"]


def test_subtitles_of_several_recordings_need_a_folder():
    with pytest.raises(ValueError, match="give --output"):
        TranscriptOutput("srt", several=True)


def test_each_recording_has_a_file_of_each_format(tmp_path):
    recordings = given("a.wav", "deep/b.mp3")
    out = TranscriptFiles(str(tmp_path / "out"), ("text", "srt"), recordings)
    for one in recordings:
        out.write(one, PARTS)
    found = sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.*"))
    assert found == ["a.srt", "a.txt", "deep/b.srt", "deep/b.txt"]
    assert (tmp_path / "out" / "a.srt").read_text().startswith("1\n00:00:00,100 --> ")


def test_one_recording_may_have_the_file_that_is_named(tmp_path):
    recordings = given("a.wav")
    TranscriptFiles(str(tmp_path / "said"), ("text",), recordings).write(recordings[0], PARTS)
    assert (tmp_path / "said").read_text() == "one two\nsix\n"


def test_files_that_are_there_are_not_overwritten_unasked(tmp_path):
    (tmp_path / "a.txt").write_text("mine")
    with pytest.raises(ValueError, match=r"a\.txt exists already; --overwrite"):
        TranscriptFiles(str(tmp_path), ("text",), given("a.wav", "b.wav"))
    assert (tmp_path / "a.txt").read_text() == "mine"


def test_asked_to_they_are_overwritten(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    recordings = given("a.wav")
    TranscriptFiles(str(tmp_path), ("text",), recordings, "overwrite").write(recordings[0], PARTS)
    assert (tmp_path / "a.txt").read_text() == "one two\nsix\n"


def test_asked_to_they_are_left_out(tmp_path):
    (tmp_path / "a.txt").write_text("mine")
    recordings = given("a.wav", "b.wav")
    out = TranscriptFiles(str(tmp_path), ("text",), recordings, "skip")
    assert [one.place.name for one in out.missing(recordings)] == ["b.wav"]


def test_two_recordings_never_share_a_file(tmp_path):
    with pytest.raises(ValueError, match=r"calls/a\.wav and calls/a\.mp3 would both be written to"):
        TranscriptFiles(str(tmp_path), ("text",), given("a.wav", "a.mp3"))


def test_a_file_is_no_place_for_several(tmp_path):
    (tmp_path / "said.txt").write_text("")
    with pytest.raises(ValueError, match="is a file; 2 recordings need a folder"):
        TranscriptFiles(str(tmp_path / "said.txt"), ("text",), given("a.wav", "b.wav"))


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ValueError, match="there is no folder"):
        TranscriptFiles(str(tmp_path / "no" / "said.txt"), ("text",), given("a.wav"))


@pytest.mark.parametrize("existing", ["refuse", "overwrite", "skip"])
def test_a_recording_is_never_overwritten(tmp_path, existing):
    (tmp_path / "a.txt").write_text("sound")
    one = GivenRecording(SoundFile(str(tmp_path / "a.txt")), Path("a.txt"))
    with pytest.raises(ValueError, match=r"a\.txt: is a recording; choose another file"):
        TranscriptFiles(str(tmp_path), ["text"], [one], existing)


def test_a_device_is_not_replaced_by_a_file():
    with pytest.raises(ValueError, match="--output /dev/null: is no file; leave --output out and use > /dev/null"):
        TranscriptFiles("/dev/null", ["text"], given("a.wav"), "overwrite")


def test_an_empty_name_is_refused():
    with pytest.raises(ValueError, match="--output: is empty"):
        TranscriptFiles("", ["text"], given("a.wav"))


def test_a_place_that_cannot_be_written_is_told_in_a_line(tmp_path):
    out = TranscriptFiles(f"{tmp_path}/new/", ["text"], given("a.wav"))
    (tmp_path / "new").write_text("a file came in between")
    with pytest.raises(BadInput, match=r"new/a\.txt: cannot be written: File exists"):
        out.write(given("a.wav")[0], PARTS)
