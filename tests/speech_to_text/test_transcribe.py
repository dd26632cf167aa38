"""transcribe through the command line, with the recogniser that conftest trains."""

import io
import json
import types

import jiwer
import numpy as np
import pytest
import soundfile

from apps.speech_to_text.__main__ import main
from apps.speech_to_text.hearing import load_hearing
from apps.speech_to_text.transcriber import Transcriber

from .conftest import RATE, spoken


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    """one.wav, deep/ano.wav, at twice the rate and in stereo, and broken.wav, which is cut short."""
    folder = tmp_path_factory.mktemp("sounds")
    (folder / "deep").mkdir()
    soundfile.write(folder / "one.wav", spoken("one an", seed=200), RATE)
    twice = spoken("ano", rate=2 * RATE, seed=201)
    soundfile.write(folder / "deep" / "ano.wav", np.stack([twice, twice], axis=1), 2 * RATE)
    soundfile.write(folder / "broken.wav", spoken("one", seed=202), RATE)
    (folder / "broken.wav").write_bytes((folder / "broken.wav").read_bytes()[:-1500])
    return folder


@pytest.fixture(scope="module")
def hearing(trained_run):
    """Loaded and traced once."""
    return load_hearing(str(trained_run), {})


@pytest.fixture
def transcribe(trained_run, hearing, monkeypatch):
    """`transcribe RUN arguments`."""
    monkeypatch.setattr("apps.speech_to_text.hearing.load_hearing", lambda run, decode: hearing)
    return lambda *arguments: main(["transcribe", *map(str, (trained_run, *arguments))])


@pytest.fixture(scope="module")
def heard(hearing):
    """The texts of one.wav and ano.wav."""
    waveforms = [spoken("one an", seed=200), spoken("ano", seed=201)]
    return [found.text for found in hearing.transcriber.transcribe(waveforms)]


def test_one_recording_is_a_line(transcribe, sounds, heard, capsys):
    assert transcribe(sounds / "one.wav") == 0
    assert capsys.readouterr().out == f"{heard[0]}\n"


def test_words_are_where_they_were_said(transcribe, sounds, capsys):
    assert transcribe(sounds / "one.wav", "--format=json") == 0
    words = json.loads(capsys.readouterr().out)["stretches"][0]["words"]
    # Letters of 0.12 s: a pause, o n e, a pause, a n, a pause.
    assert len(words) == 2
    np.testing.assert_allclose([word["start"] for word in words], [0.12, 0.60], atol=0.12)
    np.testing.assert_allclose([word["end"] for word in words], [0.48, 0.84], atol=0.2)


def test_a_damaged_recording_is_one_line_and_exit_code_2_and_the_others_are_kept(
    transcribe, sounds, heard, tmp_path, capsys
):
    assert transcribe(sounds, "--output", tmp_path / "said") == 2
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 2
    assert "broken.wav" in errors[0]
    assert "1 of 3 recordings could not be transcribed" in errors[1]
    assert (tmp_path / "said" / "one.txt").read_text() == f"{heard[0]}\n"
    assert (tmp_path / "said" / "deep" / "ano.txt").is_file()


def test_a_single_damaged_recording_is_one_line(transcribe, sounds, capsys):
    assert transcribe(sounds / "broken.wav") == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "broken.wav" in captured.err


def test_standard_input_is_transcribed(transcribe, sounds, heard, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", types.SimpleNamespace(buffer=io.BytesIO((sounds / "one.wav").read_bytes())))
    assert transcribe("-", "--format=srt") == 0
    assert capsys.readouterr().out.splitlines()[2:] == [heard[0]]


def test_a_long_recording_is_heard_as_a_whole_would_be(transcribe, hearing, tmp_path, capsys):
    sound = np.tile(spoken("one an noa eo", seed=203), 55)  # 99 s
    soundfile.write(tmp_path / "long.wav", sound, RATE, subtype="FLOAT")
    assert transcribe(tmp_path / "long.wav") == 0
    whole = Transcriber(hearing.transcriber._recognize, RATE, whole_seconds=100).transcribe([sound])[0].text
    stitched = " ".join(capsys.readouterr().out.split())
    assert len(whole.split()) > 100
    assert jiwer.wer(whole, stitched) < 0.02


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no.wav"], "no.wav: no such recording"),
        ([], "name the recordings"),
        (["SOUNDS", "--format=pdf"], "'pdf' is not one of text, json, srt"),
        (["SOUNDS", "--format=text,json"], "several formats need a folder"),
        (["SOUNDS", "--format=srt"], "need a folder"),
        (["SOUNDS", "--n_best=2"], "only --format json"),
        (["SOUNDS", "--overwrite", "--skip_existing"], "not both"),
        (["SOUNDS", "--rate=8000"], "for --stream"),
        (["SOUNDS", "--stream=-"], "give either recordings, --stream or --microphone"),
        (["SOUNDS", "--beam_size=0"], "decode.beam_size"),
        (["SOUNDS", "--lm_weight=1"], "--lm_weight: needs a language model"),
        (["SOUNDS", "--hot_words=eon", "--beam_size=1"], "decode.beam_size: 1 cannot use decode.hot_words"),
    ],
)
def test_what_cannot_be_done_is_one_line(trained_run, sounds, capsys, arguments, message):
    assert main(["transcribe", str(trained_run), *(word.replace("SOUNDS", str(sounds)) for word in arguments)]) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert message in captured.err


def test_a_model_that_reads_whole_recordings_has_no_live_text(transcribe, sounds, capsys):
    assert transcribe("--stream", sounds / "one.wav") == 2
    assert "hears whole recordings only; for live text train with" in capsys.readouterr().err


def test_the_saved_model_alone_says_the_same(trained_run, hearing, sounds):
    saved = load_hearing(str(trained_run / "1"), {}).transcriber
    waveforms = [spoken("one an", seed=200), spoken("ano eo", seed=201)]
    for one, other in zip(saved.transcribe(waveforms), hearing.transcriber.transcribe(waveforms), strict=True):
        assert one.text == other.text
        assert [word.start for word in one.words] == [word.start for word in other.words]
        np.testing.assert_allclose(one.confidence, other.confidence, atol=1e-4)


def test_a_saved_model_alone_decodes_as_it_was_exported(trained_run, sounds):
    with pytest.raises(ValueError, match="decodes as it was exported; give its run instead"):
        load_hearing(str(trained_run / "1"), {"beam_size": 4})
