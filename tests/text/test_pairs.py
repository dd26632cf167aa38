"""Reading sentence pairs: formats, and one clear line for each kind of bad file."""

import gzip

import pytest

from rnnapps.text.pairs import Pairs, read_pairs, read_parallel


@pytest.fixture
def write(tmp_path):
    def written(name: str, content: str | bytes):
        path = tmp_path / name
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return path

    return written


def message(path, read=read_pairs, error=ValueError, **options) -> str:
    """The error's text; it must be one line."""
    with pytest.raises(error) as raised:
        read(path, **options)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_a_tsv_line_is_source_tab_target(write):
    pairs = read_pairs(write("p.tsv", "a red car\tune voiture rouge\nHello.\tBonjour.\n"))
    assert pairs.source == ["a red car", "Hello."]
    assert pairs.target == ["une voiture rouge", "Bonjour."]
    assert pairs.lines == [1, 2]


def test_a_last_line_needs_no_line_end(write):
    assert len(read_pairs(write("p.tsv", "a\tb\nc\td"))) == 2


def test_gzip_is_told_by_its_content_not_its_name(write):
    assert read_pairs(write("p.tsv", gzip.compress(b"a\tb\n"))).target == ["b"]
    assert read_pairs(write("plain.gz", "a\tb\n")).target == ["b"]


def test_byte_order_mark_and_windows_line_ends_are_taken_off(write):
    pairs = read_pairs(write("p.tsv", b"\xef\xbb\xbfa\tb\r\nc\td\r\n"))
    assert pairs.source == ["a", "c"]
    assert pairs.target == ["b", "d"]


def test_only_a_newline_ends_a_line(write):
    # str.splitlines would cut at these, and parallel files would drift apart.
    assert read_pairs(write("p.tsv", "a\u2028b\u0085c\tb\x0b\n")).source == ["a\u2028b\u0085c"]


def test_two_of_several_columns_can_be_chosen(write):
    pairs = read_pairs(write("p.tsv", "a\tx\tb\n"), columns=(2, 0))
    assert (pairs.source, pairs.target) == (["b"], ["a"])


def test_parallel_files_pair_their_lines(write):
    pairs = read_parallel(write("a", "one\ntwo\n"), write("b.gz", gzip.compress(b"un\ndeux\n")))
    assert list(zip(pairs.source, pairs.target, strict=True)) == [("one", "un"), ("two", "deux")]


def test_lines_with_an_empty_side_are_left_out_and_listed(write):
    pairs = read_pairs(write("p.tsv", "a\tb\n\tb\nc\t \n\nd\te\n"))
    assert pairs.source == ["a", "d"]
    assert pairs.lines == [1, 5]
    assert pairs.skipped == [2, 3, 4]


def test_taking_pairs_keeps_their_line_numbers(write):
    taken = read_pairs(write("p.tsv", "a\tb\nc\td\ne\tf\n")).take([2, 0])
    assert (taken.source, taken.target, taken.lines) == (["e", "a"], ["f", "b"], [3, 1])


def test_a_missing_file_is_named(tmp_path):
    assert message(tmp_path / "none.tsv", error=FileNotFoundError) == f"{tmp_path / 'none.tsv'}: no such file"


def test_a_folder_is_not_a_file(tmp_path):
    assert message(tmp_path) == f"{tmp_path}: is a directory, expected a file of sentences"


def test_an_empty_file_is_named(write):
    path = write("p.tsv", "")
    assert message(path) == f"{path}: the file is empty"


def test_a_line_without_a_tab_is_named(write):
    path = write("p.tsv", "a\tb\nno tab here\n")
    assert message(path) == f'{path}, line 2: expected "source<TAB>target", found no tab'


def test_a_line_with_two_tabs_says_how_to_choose_columns(write):
    path = write("p.tsv", "a\tb\na\tb\tc\n")
    expected = 'line 2: expected "source<TAB>target", found 3 columns; use --data.columns 0,2 to choose two'
    assert message(path) == f"{path}, {expected}"


def test_a_line_without_the_chosen_column_is_named(write):
    path = write("p.tsv", "a\tb\n")
    expected = "line 1: columns 0,2, counted from 0, were asked for, found 2 columns"
    assert message(path, columns=(0, 2)) == f"{path}, {expected}"


def test_misaligned_files_say_both_counts(write):
    a, b = write("a", "one\ntwo\n"), write("b", "un\n")
    with pytest.raises(ValueError, match=r"a has 2 lines but .*b has 1: parallel files need"):
        read_parallel(a, b)


def test_bytes_that_are_not_utf8_are_placed(write):
    path = write("p.tsv", b"a\tb\ncaf\xe9\tx\n")
    assert message(path).startswith(f"{path}, line 2, byte 4: 0xe9 is not UTF-8; ")


@pytest.mark.parametrize("damage", [lambda data: data[:-6], lambda data: data[:12], lambda data: data[:10] + b"xxxxx"])
def test_a_damaged_gzip_is_named(write, damage):
    path = write("p.gz", damage(gzip.compress(b"a\tb\n" * 100)))
    assert message(path).startswith(f"{path}: the gzip file is damaged or cut short: ")


def test_a_file_of_empty_sides_has_no_pair(write):
    path = write("p.tsv", "a\t\n\tb\n")
    assert message(path) == f"{path}: no sentence pair; all 2 lines have an empty side"


def test_pairs_need_as_many_targets_as_sources():
    with pytest.raises(ValueError, match="2 source but 1 target sentences"):
        Pairs(["a", "b"], ["c"])
