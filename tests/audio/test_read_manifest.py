"""Lists of recordings: JSON lines and tables, and one line for each mistake in them."""

import gzip

import pytest

from rnnapps.audio.read_manifest import Columns, Listed, read_manifest


def write(folder, content, name="list.jsonl"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rows(path, columns=None):
    return [(row.path, row.text, row.speaker, row.side) for row in read_manifest(path, columns)]


def message(path, columns=None):
    with pytest.raises(ValueError) as raised:
        read_manifest(path, columns)
    assert "\n" not in str(raised.value)
    return str(raised.value).removeprefix(str(path))


def test_a_json_line_is_a_recording(tmp_path):
    path = write(tmp_path, '{"audio_filepath": "a.wav", "text": "Hi.", "speaker": 7, "duration": 1.5}\n\n')
    assert read_manifest(path) == [Listed("a.wav", "Hi.", "7", None, f"{path}, line 1")]


@pytest.mark.parametrize(
    "content",
    [
        "path\tsentence\tclient_id\tsplit\na.wav\tHi, you\tann\tdev\n",
        'path,sentence,client_id,split\r\na.wav,"Hi, you",ann,valid\r\n',
        "\ufeffpath;split;client_id;sentence\na.wav;Validation;ann;Hi, you\n",
    ],
)
def test_columns_are_found_by_their_usual_names(tmp_path, content):
    assert rows(write(tmp_path, content, "list.csv")) == [("a.wav", "Hi, you", "ann", "validation")]


def test_columns_can_be_named(tmp_path):
    path = write(tmp_path, "Clip\tSaid\tWho\tPart\na.wav\tHi\tann\ttest\n", "list.tsv")
    assert rows(path, Columns("clip", "said", "who", "part")) == [("a.wav", "Hi", "ann", "test")]


def test_two_columns_without_names_are_path_and_text(tmp_path):
    path = write(tmp_path, 'a.wav\tShe said "hi.\nb.wav\tNo.\n', "metadata.tsv")
    assert rows(path) == [("a.wav", 'She said "hi.', None, None), ("b.wav", "No.", None, None)]


def test_lines_may_end_in_carriage_returns_alone(tmp_path):
    assert rows(write(tmp_path, b"path,text\ra.wav,Hi\r", "list.csv")) == [("a.wav", "Hi", None, None)]


def test_a_line_separator_inside_a_text_ends_no_line(tmp_path):
    assert rows(write(tmp_path, "a.wav\tone\u2028two\n", "m.tsv")) == [("a.wav", "one\u2028two", None, None)]


def test_a_list_may_be_compressed(tmp_path):
    content = gzip.compress(b'{"audio_filepath": "a.wav", "text": "Hi"}')
    assert rows(write(tmp_path, content, "list.jsonl.gz")) == [("a.wav", "Hi", None, None)]
    assert "gzip file is damaged" in message(write(tmp_path, content[:20], "half.jsonl.gz"))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", ": the file is empty; a line for each recording was expected"),
        ('{"audio_filepath": "a.wav", "text": "a"}\n{"audio', ", line 2, column 2: not a JSON line"),
        ('["a.wav"]', ", line 1: expected {"),
        ("[" * 100_000, ", line 1: not a JSON line: maximum recursion depth"),
        ('{"audio_filepath": "a.wav", "text": "a", "id": ' + "9" * 5000 + "}", ", line 1: not a JSON line: Exceeds"),
        (r'{"audio_filepath": "a.wav", "text": "a \ud800"}', ", line 1: text holds half a letter, 'a \\ud800'"),
        ('{"wave_path": "a.wav", "text": "a"}', ", line 1: no column audio_filepath; found 'wave_path', 'text'"),
        ('{"audio_filepath": "a.wav", "duration": 1}', ", line 1: no column text; found"),
        ('{"audio_filepath": "a.wav", "text": null}', ", line 1: text must be a text, found None"),
        ('{"audio_filepath": " ", "text": "a"}', ", line 1: the path of the recording is empty"),
        ('{"audio_filepath": "a.wav", "text": "a", "offset": 2.5}', ", line 1: offset 2.5: parts of files are not"),
        ("path,text\n", ": lists no recording"),
        ("path,text\na.wav,yes, sir\n", ", line 2: expected 2 columns, found 3 columns; put texts with commas into"),
        ("a.wav\thello\tann\n", ", line 1: no column audio_filepath; found 'a.wav', 'hello', 'ann'; name the column"),
        (b"a.wav\tna\xefve\n", ", line 1, byte 9: 0xef is not UTF-8; convert the file"),
        ("path,text\na.wav,ja\n".encode("utf-16"), ": is UTF-16; convert the file"),
        (b"RIFF\0\0\0\0WAVE\xff\xfe", ": is not a text file"),
    ],
)
def test_a_mistake_is_one_line_that_names_its_place(tmp_path, content, expected):
    name = "list.jsonl" if not isinstance(content, bytes) and content.startswith(("{", "[")) else "list.csv"
    assert message(write(tmp_path, content, name)).startswith(expected)


def test_a_column_that_was_asked_for_and_is_not_there_is_told(tmp_path):
    path = write(tmp_path, "path,text\na.wav,a\n", "list.csv")
    expected = ", line 1: no column 'said' (--data.text_column); found 'path', 'text'"
    assert message(path, Columns(text="said")) == expected


def test_a_side_that_was_asked_for_is_one_of_three(tmp_path):
    path = write(tmp_path, "path,text,part\na.wav,a,first\n", "list.csv")
    assert message(path, Columns(split="part")).startswith(", line 2: part is 'first', expected train, validation")


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.csv: no such file"):
        read_manifest(tmp_path / "none.csv")
