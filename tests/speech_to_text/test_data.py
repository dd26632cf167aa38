"""Recordings on three sides: how lists, folders and options say which is which."""

import json
import zipfile

import numpy as np
import pytest
import soundfile

from apps.speech_to_text.config import DataConfig
from apps.speech_to_text.data import MissingRecordings, list_corpus, read_corpus, read_recordings

SOUND = np.full(80, 0.1, np.float32)


def sound(path, seconds=0.01):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.full(round(8000 * seconds), 0.1, np.float32), 8000)


def manifest(folder, count=20, name="list.jsonl", start=0, speakers=4, missing=(), texts=None):
    lines = []
    for number in range(start, start + count):
        if number not in missing:
            sound(folder / f"{number:02d}.wav")
        row = {"audio_filepath": f"{number:02d}.wav", "text": texts[number] if texts else f"Text {'a' * (number + 1)}."}
        lines.append(row | ({"speaker": f"s{number % speakers}"} if speakers else {}))
    (folder / name).write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return str(folder / name)


def fsdd(folder, digits=(0, 7), speakers=("ann", "bob"), takes=range(3, 9)):
    for digit in digits:
        for speaker in speakers:
            for take in takes:
                sound(folder / f"{digit}_{speaker}_{take}.wav")
    return folder


def names(side):
    return [recording.name for recording in side]


def counts(corpus):
    return [len(side) for side in corpus.sides.values()]


def refused(error=ValueError, **options):
    with pytest.raises(error) as raised:
        read_corpus(DataConfig(**options))
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_a_manifest_gives_recordings_with_plain_texts(tmp_path):
    corpus = read_corpus(DataConfig(path=manifest(tmp_path)))
    first = next(r for side in corpus.sides.values() for r in side if r.name == "00.wav")
    assert (first.text, first.speaker, first.rate, first.duration) == ("text a", "s0", 8000, 0.01)
    assert len(first.waveform(8000)) == 80


def test_sides_are_drawn_once_and_share_nothing(tmp_path):
    config = DataConfig(path=manifest(tmp_path), validation_fraction=0.2, test_fraction=0.1)
    corpus, again = read_corpus(config), read_corpus(config)
    assert counts(corpus) == [14, 4, 2]  # 2 of 20, then 4 of 18
    assert len({name for side in corpus.sides.values() for name in names(side)}) == 20
    assert [names(side) for side in corpus.sides.values()] == [names(side) for side in again.sides.values()]


def test_the_place_of_a_recording_does_not_depend_on_the_order_of_the_list(tmp_path):
    path = manifest(tmp_path)
    (tmp_path / "turned.jsonl").write_text("\n".join(reversed((tmp_path / "list.jsonl").read_text().split("\n"))))
    one, other = (read_corpus(DataConfig(path=p)) for p in (path, str(tmp_path / "turned.jsonl")))
    assert set(names(one.test)) == set(names(other.test))
    assert set(names(one.validation)) == set(names(other.validation))


def test_the_tail_is_validation_and_an_empty_test_side_is_told(tmp_path):
    corpus = read_corpus(DataConfig(path=manifest(tmp_path), split="tail", validation_size=6, test_size=0))
    assert names(corpus.validation) == [f"{number}.wav" for number in range(14, 20)]
    assert counts(corpus) == [14, 6, 0]
    assert "test side: none; validation figures are the last word" in corpus.report


def test_the_very_last_rows_are_the_test_side_of_a_tail(tmp_path):
    corpus = read_corpus(DataConfig(path=manifest(tmp_path), split="tail", validation_size=3, test_size=2))
    assert (names(corpus.validation), names(corpus.test)) == (["15.wav", "16.wav", "17.wav"], ["18.wav", "19.wav"])


def test_many_speakers_are_kept_apart(tmp_path):
    corpus = read_corpus(DataConfig(path=manifest(tmp_path, count=40, speakers=10)))
    speakers = [{r.speaker for r in side} for side in corpus.sides.values()]
    assert not speakers[0] & speakers[1]
    assert not speakers[0] & speakers[2]
    assert not speakers[1] & speakers[2]
    assert counts(corpus) == [32, 4, 4]  # a speaker has 4 recordings


def test_a_speaker_can_be_held_out(tmp_path):
    corpus = read_corpus(DataConfig(path=manifest(tmp_path), test_speakers="s1", validation_speakers="s0,s3"))
    assert {r.speaker for r in corpus.test} == {"s1"}
    assert {r.speaker for r in corpus.validation} == {"s0", "s3"}
    assert {r.speaker for r in corpus.training} == {"s2"}


def test_sides_can_be_files_of_their_own(tmp_path):
    validation, test = (manifest(tmp_path, 3, f"{start}.jsonl", start) for start in (30, 40))
    corpus = read_corpus(DataConfig(path=manifest(tmp_path), validation=validation, test=test))
    assert counts(corpus) == [20, 3, 3]
    assert names(corpus.test) == ["40.wav", "41.wav", "42.wav"]


def test_a_folder_of_lists_called_after_sides_gives_them(tmp_path):
    manifest(tmp_path, 6, "train.jsonl")
    manifest(tmp_path, 3, "dev.jsonl", 30)
    manifest(tmp_path, 2, "test.jsonl", 40)
    assert counts(read_corpus(DataConfig(path=str(tmp_path)))) == [6, 3, 2]


def test_a_folder_with_one_table_is_read(tmp_path):
    for name in "abcdef":
        sound(tmp_path / "flac" / f"{name}.wav")
    (tmp_path / "metadata.tsv").write_text("".join(f"flac/{name}.wav\tSay {name}.\n" for name in "abcdef"))
    corpus = read_corpus(DataConfig(path=str(tmp_path), split="tail", validation_size=1, test_size=1))
    assert [r.text for r in corpus.training + corpus.validation + corpus.test] == [f"say {name}" for name in "abcdef"]


def test_a_column_can_say_the_side(tmp_path):
    rows = ["path,text,part"] + [f"{n}.wav,say {n},{'train' if n < 4 else 'dev'}" for n in range(6)]
    for number in range(6):
        sound(tmp_path / f"{number}.wav")
    (tmp_path / "list.csv").write_text("\n".join(rows))
    corpus = read_corpus(DataConfig(path=str(tmp_path / "list.csv"), split_column="part", test_size=0))
    assert counts(corpus) == [4, 2, 0]


def test_common_voice_keeps_its_recordings_in_clips(tmp_path):
    for number in range(4):
        sound(tmp_path / "clips" / f"{number}.wav")
    rows = ["client_id\tpath\tsentence"] + [f"ann\t{n}.wav\tSay {'x' * n}!" for n in range(4)]
    (tmp_path / "train.tsv").write_text("\n".join(rows))
    assert counts(read_corpus(DataConfig(path=str(tmp_path / "train.tsv")))) == [2, 1, 1]


def test_the_folder_of_the_recordings_can_be_given(tmp_path):
    path = manifest(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    moved = tmp_path / "elsewhere" / "list.jsonl"
    moved.write_text((tmp_path / "list.jsonl").read_text())
    assert counts(read_corpus(DataConfig(path=str(moved), audio_folder=str(tmp_path)))) == counts(
        read_corpus(DataConfig(path=path))
    )


@pytest.mark.parametrize("form", ["folder", "folder of recordings", "zip", "folder with zip"])
def test_fsdd_is_read_with_its_official_test_side(tmp_path, form):
    folder = fsdd(tmp_path / "recordings")
    given = folder if form == "folder of recordings" else tmp_path
    if "zip" in form:
        with zipfile.ZipFile(tmp_path / "recordings.zip", "w") as archive:
            for file in folder.iterdir():
                archive.write(file, f"recordings/{file.name}")
                file.unlink()
        folder.rmdir()
        given = tmp_path / "recordings.zip" if form == "zip" else tmp_path
    corpus = read_corpus(DataConfig(path=str(given)))
    assert counts(corpus) == [14, 2, 8]  # takes 3 and 4 of two digits and two speakers are the test side
    assert {r.text for r in corpus.test} == {"zero", "seven"}
    assert {r.name.rpartition("_")[2] for r in corpus.test} == {"3.wav", "4.wav"}


def test_a_held_out_speaker_of_fsdd_is_the_whole_test_side(tmp_path):
    corpus = read_corpus(DataConfig(dataset="fsdd", path=str(fsdd(tmp_path)), test_speakers="bob"))
    assert counts(corpus) == [11, 1, 12]
    assert {r.speaker for r in corpus.test} == {"bob"}
    assert not any("0-4" in line for line in corpus.report)


def test_ljspeech_is_read(tmp_path):
    for number in range(5):
        sound(tmp_path / "wavs" / f"LJ{number}.wav")
    rows = [f'LJ{n}|In 1{n}, "so|In "one{"n" * n}", so' for n in range(5)]
    (tmp_path / "metadata.csv").write_text("\n".join(rows))
    corpus = read_corpus(DataConfig(path=str(tmp_path), split="tail", validation_size=1, test_size=1))
    assert [r.text for r in corpus.training] == ["in one so", "in onen so", "in onenn so"]
    assert names(corpus.test) == ["wavs/LJ4.wav"]


def librispeech(folder, parts=("train-clean-5", "dev-clean-2", "test-clean")):
    for number, part in enumerate(parts):
        chapter = folder / part / f"{number}7" / "42"
        for row in range(3):
            sound(chapter / f"{number}7-42-000{row}.flac")
        (chapter / f"{number}7-42.trans.txt").write_text("".join(f"{number}7-42-000{r} HELLO {r}X\n" for r in range(3)))
    return folder


def test_librispeech_is_read_with_its_sides(tmp_path):
    corpus = read_corpus(DataConfig(path=str(librispeech(tmp_path))))
    assert counts(corpus) == [3, 3, 3]
    assert (corpus.validation[2].text, corpus.validation[2].speaker) == ("hello 2x", "17")
    assert names(corpus.validation)[0] == "dev-clean-2/17/42/17-42-0000.flac"


def test_a_part_of_librispeech_alone_is_split(tmp_path):
    path = str(librispeech(tmp_path) / "dev-clean-2")
    assert counts(read_corpus(DataConfig(path=path))) == [1, 1, 1]


def test_all_missing_recordings_are_in_one_error(tmp_path):
    path = manifest(tmp_path, 30, missing=range(3, 10))
    with pytest.raises(MissingRecordings) as raised:
        read_corpus(DataConfig(path=path))
    first = "03.wav, 04.wav, 05.wav, 06.wav, 07.wav"
    assert str(raised.value) == f"7 of 30 recordings are not in {tmp_path}: {first} and 2 more, which `check` lists"
    assert raised.value.names == tuple(f"0{number}.wav" for number in range(3, 10))


def test_missing_recordings_can_be_listed_with_the_others(tmp_path):
    corpus = list_corpus(DataConfig(path=manifest(tmp_path, missing=[4])))
    recordings = [r for side in corpus.sides.values() for r in side]
    assert [r.name for r in recordings if not r.exists] == ["04.wav"]


def test_recordings_to_evaluate_on_are_read_whatever_sides_they_have(tmp_path):
    fsdd(tmp_path / "recordings")
    assert len(read_recordings(DataConfig(dataset="fsdd", test_speakers="ann"), tmp_path)) == 24


def test_recordings_to_evaluate_on_may_have_other_columns_than_the_run(tmp_path):
    run = DataConfig(path="elsewhere.csv", text_column="said", audio_folder="elsewhere")
    assert len(read_recordings(run, manifest(tmp_path, 3))) == 3
    (tmp_path / "list.csv").write_text("path,said,text\n00.wav,right,wrong\n")
    assert [r.text for r in read_recordings(run, tmp_path / "list.csv")] == ["right"]


def test_long_training_recordings_are_left_out_and_reported(tmp_path):
    path = manifest(tmp_path)
    sound(tmp_path / "00.wav", 2.0)
    corpus = read_corpus(DataConfig(path=path, split="tail", max_seconds=1))
    assert "00.wav" not in names(corpus.training)
    assert "left out: 1 training recordings above 1 seconds (data.max_seconds)" in corpus.report


def test_fewer_training_recordings_leave_the_other_sides_as_they_are(tmp_path):
    path = manifest(tmp_path)
    whole, fewer = read_corpus(DataConfig(path=path)), read_corpus(DataConfig(path=path, max_recordings=5))
    fewest = read_corpus(DataConfig(path=path, max_recordings=2))
    assert names(fewer.test) == names(whole.test)
    assert len(fewer.training) == 5
    assert set(names(fewest.training)) < set(names(fewer.training)) < set(names(whole.training))


def test_figures_in_texts_are_reported(tmp_path):
    path = manifest(tmp_path, 12, texts=["I am 7 years old"] + ["no figures"] * 11)
    assert any(
        "1 texts hold figures or symbols, the first 'I am 7" in line
        for line in read_corpus(DataConfig(path=path)).report
    )


def test_mistakes_are_one_line_each(tmp_path):
    path = manifest(tmp_path)
    assert refused(path=path, test_speakers="zoe") == (
        "data.test_speakers: no recording of 'zoe'; speakers are s0, s1, s2, s3"
    )
    assert refused(path=path, test_size=20).startswith("data.test_size: 20 recordings cannot be split off 20;")
    assert "has none, the first" in refused(
        path=manifest(tmp_path, 9, "n.jsonl", speakers=0), split="speakers"
    ).replace("have", "has")
    assert refused(path=path, max_seconds=0.001).startswith("data.max_seconds: all 16 training recordings")
    assert "would take all" in refused(path=manifest(tmp_path, 9, "o.jsonl", speakers=1), split="speakers")
    assert refused(FileNotFoundError, path=str(tmp_path / "none")).endswith("none: no such file or folder")
    assert "found list.jsonl, n.jsonl, o.jsonl; give the file itself" in refused(path=str(tmp_path))
    assert "is a recording; give a manifest" in refused(path=str(tmp_path / "00.wav"))
    assert refused(FileNotFoundError, path=path, audio_folder="/none").startswith("data.audio_folder: ")


def test_a_size_for_a_side_that_the_data_have_is_refused(tmp_path):
    assert refused(path=str(fsdd(tmp_path)), test_size=3).startswith("data.test_size: the data have a test side")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"dataset": "x"}, "data.dataset: 'x' is not a known data set; expected fsdd, ljspeech or librispeech:PART"),
        ({"dataset": "librispeech:all"}, "data.dataset: librispeech:all is no part; expected one of train-clean-100"),
        ({"dataset": "fsdd", "text_column": "a"}, "data.text_column: cannot be given together with data.dataset"),
        ({"path": "a", "test": "b", "test_size": 3}, "data.test: cannot be given together with data.test_size"),
        ({"test_size": 3}, "data.test_size: needs recordings of your own"),
        ({"path": "a", "test_speakers": "x", "validation_speakers": "y,x"}, "data.test_speakers: 'x' is one of"),
        ({"path": "a", "validation_size": 0}, "data.validation_size: 0 must be a whole number at least 1"),
    ],
)
def test_options_that_cannot_be_are_refused(options, expected):
    with pytest.raises(ValueError) as raised:
        DataConfig(**options)
    assert str(raised.value).startswith(expected)
