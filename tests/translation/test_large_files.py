"""A large file: bounded memory, lines in order, and nothing lost by an interruption."""

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from apps.translation.__main__ import main
from apps.translation.answers import Translation, best
from apps.translation.partial_output import PartialOutput
from apps.translation.progress import Progress, duration
from apps.translation.read_lines import LONGEST_LINE, read_lines
from apps.translation.translate_lines import BYTES_PER_BATCH, answer_chunk, batches, chunks
from tests.translation.random_run import sentences
from tests.translation.test_command_line import assert_bad_input

CHECKOUT = Path(__file__).parents[2]


def echoed(texts, batch):
    """Answers every text by itself."""
    return [[Translation(text.decode(), 0.0)] for text in texts]


def test_answers_come_in_the_order_of_the_lines():
    lines = [text.encode() for text in sentences(100)]
    assert [found.text.encode() for (found,) in answer_chunk(echoed, lines, 7)] == lines


def test_lines_are_read_a_chunk_at_a_time():
    asked = []
    lines = (asked.append(number) or b"x" for number in range(10))
    next(chunks(lines, 3))
    assert asked == [0, 1, 2]


def test_batches_are_of_similar_length_and_every_line_is_in_one():
    chunk = [b"x" * length for length in (9, 1, 5, 3, 7)]
    assert list(batches(chunk, 2)) == [[1, 3], [2, 4], [0]]


def test_long_lines_go_in_smaller_batches():
    chunk = [b"x" * (BYTES_PER_BATCH // 2)] * 3 + [b"x" * 2 * BYTES_PER_BATCH]
    assert [len(rows) for rows in batches(chunk, 64)] == [2, 1, 1]


def test_a_line_without_an_end_is_cut_and_the_next_one_is_whole(tmp_path):
    path = tmp_path / "lines"
    path.write_bytes(b"x" * (3 * LONGEST_LINE + 5) + b"\nshort\r\nlast")
    with path.open("rb") as file:
        lines = list(read_lines(file))
    assert [len(line) for line in lines] == [LONGEST_LINE, 5, 4]


def test_progress_tells_lines_speed_and_time_left():
    progress = Progress(size=40)
    progress.add([b"four", b"four"])  # 10 of 40 bytes
    assert progress.line(2.0) == "2 lines, 1.0 lines/s, 6 s left"


def test_progress_of_a_continued_file_counts_the_speed_from_there():
    progress = Progress(size=1000, lines=1_000_000, done=500)
    progress.add([b"x" * 99])
    assert progress.line(60.0) == "1,000,001 lines, 0.0 lines/s, 4 min left"


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0 s"), (89, "89 s"), (120, "2 min"), (6_000, "1 h 40 min")])
def test_durations_are_told_as_people_say_them(seconds, text):
    assert duration(seconds) == text


LINES = [text.encode() for text in sentences(10)]


def begin(path, recipe=("model", 1), done=4):
    """A translation that was interrupted after some lines."""
    with PartialOutput(path, dict([recipe])) as output:
        output.append(LINES[:done], b"".join(line.upper() + b"\n" for line in LINES[:done]))


def test_an_interrupted_output_is_continued_after_its_last_chunk(tmp_path):
    path = tmp_path / "out"
    begin(path)
    with (tmp_path / "out.partial").open("ab") as file:
        file.write(b"half a li")  # of a chunk that was never finished
    with PartialOutput(path, {"model": 1}) as output:
        rest = list(output.rest_of(LINES))
        output.append(rest, b"".join(line.upper() + b"\n" for line in rest))
        output.finish()
    assert path.read_bytes() == b"".join(line.upper() + b"\n" for line in LINES)
    assert [file.name for file in tmp_path.iterdir()] == ["out"]


def test_an_existing_file_stays_until_the_new_one_is_complete(tmp_path):
    path = tmp_path / "out"
    path.write_text("old")
    begin(path)
    assert path.read_text() == "old"
    with PartialOutput(path, {"model": 1}) as output:
        output.finish()
    assert path.read_bytes().count(b"\n") == 4


@pytest.mark.parametrize("other", [[b"other", *LINES[1:]], LINES[:3], []])
def test_another_input_does_not_continue_it(other, tmp_path):
    begin(tmp_path / "out")
    with (
        PartialOutput(tmp_path / "out", {"model": 1}) as output,
        pytest.raises(ValueError, match=r"out\.partial: begun with another input; remove"),
    ):
        output.rest_of(other)


def test_lines_added_to_the_input_are_translated_too(tmp_path):
    begin(tmp_path / "out", done=10)
    with PartialOutput(tmp_path / "out", {"model": 1}) as output:
        assert list(output.rest_of([*LINES, b"new"])) == [b"new"]


def test_another_model_does_not_continue_it(tmp_path):
    begin(tmp_path / "out")
    with pytest.raises(ValueError, match=r"out\.partial: begun with another model; remove"):
        PartialOutput(tmp_path / "out", {"model": 2})


def test_somebody_elses_partial_file_is_not_touched(tmp_path):
    (tmp_path / "out.partial").write_text("mine")
    with pytest.raises(ValueError, match="not by an interrupted translation"):
        PartialOutput(tmp_path / "out", {})
    assert (tmp_path / "out.partial").read_text() == "mine"


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"recipe": {}, "lines": 4'])
def test_a_damaged_record_of_what_is_done_is_named(content, tmp_path):
    begin(tmp_path / "out")
    (tmp_path / "out.partial.json").write_text(content)
    with pytest.raises(ValueError, match=r"out\.partial\.json: cannot be read"):
        PartialOutput(tmp_path / "out", {"model": 1})


def test_a_partial_file_that_was_shortened_is_named(tmp_path):
    begin(tmp_path / "out")
    os.truncate(tmp_path / "out.partial", 3)
    with pytest.raises(ValueError, match="shorter than it was"):
        PartialOutput(tmp_path / "out", {"model": 1})


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"--output .*there is no folder"):
        PartialOutput(tmp_path / "none" / "out", {})


@pytest.fixture(scope="module")
def large(random_run, tmp_path_factory):
    """A file of some hundred lines, and its translation without any disturbance."""
    folder = tmp_path_factory.mktemp("large")
    file, output = folder / "lines.txt", folder / "undisturbed.txt"
    file.write_text("".join(f"{text}\n" for text in sentences(200)), encoding="utf-8")
    assert main([str(argument) for argument in command(random_run, file, output)]) == 0
    return file, output.read_bytes()


def command(random_run, file, output):
    return ["translate", random_run, "--input", file, "--output", output, "--scores", "--chunk_size", 20]


def start(argv):
    program = [sys.executable, "-m", "apps.translation", *map(str, argv)]
    return subprocess.Popen(program, cwd=CHECKOUT, stderr=subprocess.PIPE, text=True)


def wait_for_lines(output, process, at_least):
    record = output.with_name(output.name + ".partial.json")
    until = time.monotonic() + 120
    while not (record.is_file() and json.loads(record.read_bytes())["lines"] >= at_least):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.slow
def test_a_killed_translation_goes_on_to_the_same_result(random_run, large, tmp_path, capsys):
    file, undisturbed = large
    argv, output = command(random_run, file, tmp_path / "out.txt"), tmp_path / "out.txt"
    process = start(argv)
    wait_for_lines(output, process, 20)
    process.kill()
    process.communicate()
    kept = output.with_name("out.txt.partial").read_bytes()
    assert kept
    assert not output.exists()
    assert undisturbed.startswith(kept[: kept.rindex(b"\n") + 1])
    assert main([str(argument) for argument in argv]) == 0
    assert "continued after line" in capsys.readouterr().err
    assert output.read_bytes() == undisturbed


def test_an_interrupt_is_130_and_tells_what_is_kept(random_run, large, tmp_path, capsys, monkeypatch):
    file, undisturbed = large

    def interrupted(model):
        def answer(texts, batch):
            if batch >= 40:
                raise KeyboardInterrupt
            return best(model)(texts, batch)

        return answer

    monkeypatch.setattr("apps.translation.translate.best", interrupted)
    assert main([str(argument) for argument in command(random_run, file, tmp_path / "out.txt")]) == 130
    kept = tmp_path / "out.txt.partial"
    assert kept.read_bytes() == b"".join(undisturbed.splitlines(keepends=True)[:40])
    assert f"40 lines are kept in {kept}; the same command again continues there" in capsys.readouterr().err


def test_a_full_disk_is_one_line_and_what_was_done_is_kept(random_run, large, tmp_path, capsys):
    file, undisturbed = large
    argv = command(random_run, file, tmp_path / "out.txt")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    # Files of this process may not grow beyond what half of the output needs.
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(undisturbed) // 2, limits[1]))
    try:
        assert_bad_input(capsys, argv, "could not be written", "lines are kept in", "continues")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert main([str(argument) for argument in argv]) == 0
    assert (tmp_path / "out.txt").read_bytes() == undisturbed


def test_other_options_do_not_continue_an_interrupted_file(random_run, large, tmp_path, capsys):
    file, _ = large
    output = tmp_path / "out.txt"
    argv = command(random_run, file, output)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))
    try:
        assert_bad_input(capsys, argv, "could not be written")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert_bad_input(capsys, [*argv, "--alignments"], "out.txt.partial", "begun with another options")
