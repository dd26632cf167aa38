"""Data sets by name: as they are distributed, downloaded or from a folder, or one line that says what is expected."""

import gzip
import zipfile

import pytest

from apps.translation import datasets
from apps.translation.__main__ import main
from apps.translation.config import DataConfig
from apps.translation.data import read_corpus
from apps.translation.datasets import Multi30k, Tatoeba, find_dataset
from tests.loopback_server import Site, serving

ENGLISH = [f"I have {n} cats." for n in range(40)]
GERMAN = [f"Ich habe {n} Katzen." for n in range(40)]


def tatoeba_text(columns=3) -> str:
    attribution = "\tCC-BY 2.0 (France) Attribution: tatoeba.org #1" if columns == 3 else ""
    return "".join(f"{a}\t{b}{attribution}\n" for a, b in zip(ENGLISH, GERMAN, strict=True))


def write_zip(path, text=None, member="deu.txt"):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("_about.txt", "** Info **")
        archive.writestr(member, tatoeba_text() if text is None else text)
    return path


def write_multi30k(folder, sides=("train", "val", "test_2016_flickr"), ending=".gz"):
    for number, side in enumerate(sides):
        for language, sentences in (("en", ENGLISH), ("de", GERMAN)):
            text = "".join(f"{side} {sentence}\n" for sentence in sentences[number * 5 :]).encode()
            (folder / f"{side}.{language}{ending}").write_bytes(gzip.compress(text) if ending else text)
    return folder


def message(error, name, path) -> str:
    with pytest.raises(error) as raised:
        find_dataset(name).read(path)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_a_name_is_a_set_and_two_languages():
    assert find_dataset("tatoeba:deu-eng") == Tatoeba("deu", "eng")
    assert find_dataset("multi30k:en-fr") == Multi30k("en", "fr")


@pytest.mark.parametrize("columns", [2, 3])
def test_the_first_language_of_a_name_is_the_source(tmp_path, columns):
    write_zip(tmp_path / "deu-eng.zip", tatoeba_text(columns))
    to_english = find_dataset("tatoeba:deu-eng").read(tmp_path).training
    from_english = find_dataset("tatoeba:eng-deu").read(tmp_path).training
    assert (to_english.source[0], to_english.target[0]) == ("Ich habe 0 Katzen.", "I have 0 cats.")
    assert (from_english.source, from_english.target) == (to_english.target, to_english.source)


@pytest.mark.parametrize("form", ["folder with zip", "zip", "folder with text", "text"])
def test_tatoeba_is_read_in_each_form(tmp_path, form):
    if "zip" in form:
        file = write_zip(tmp_path / "deu-eng.zip")
    else:
        file = tmp_path / "deu.txt"
        file.write_text(tatoeba_text(), encoding="utf-8")
    pairs = find_dataset("tatoeba:deu-eng").read(tmp_path if "folder" in form else file).training
    assert pairs.target == ENGLISH
    assert pairs.lines == list(range(1, 41))
    assert pairs.name.endswith("deu.txt")


def test_tatoeba_is_split_and_brings_its_licence(tmp_path):
    write_zip(tmp_path / "deu-eng.zip")
    corpus = read_corpus(DataConfig(dataset="tatoeba:deu-eng", path=str(tmp_path), test_fraction=0.1, max_pairs=20))
    assert (len(corpus.training), len(corpus.validation), len(corpus.test)) == (20, 2, 4)
    assert corpus.name == "tatoeba:deu-eng"
    assert corpus.licence.startswith("CC BY 2.0") and "tatoeba.org" in corpus.licence


@pytest.mark.parametrize("ending", [".gz", ""])
def test_multi30k_brings_its_own_sides(tmp_path, ending):
    corpus = read_corpus(DataConfig(dataset="multi30k:de-en", path=str(write_multi30k(tmp_path, ending=ending))))
    assert (len(corpus.training), len(corpus.validation), len(corpus.test)) == (40, 35, 30)
    assert corpus.training.source[0] == "train Ich habe 0 Katzen."
    assert corpus.test.target[0] == "test_2016_flickr I have 10 cats."
    assert "non-commercial" in corpus.licence


def test_multi30k_without_its_test_side_splits_one_off_and_says_so(tmp_path):
    folder = write_multi30k(tmp_path, ("train", "val"))
    corpus = read_corpus(DataConfig(dataset="multi30k:en-de", path=str(folder), test_fraction=0.1))
    assert (len(corpus.training), len(corpus.validation), len(corpus.test)) == (36, 35, 4)
    expected = f"{folder} does not hold test_2016_flickr: the test side is split off the training pairs"
    assert expected in corpus.report


def test_own_files_stand_in_for_a_side_of_the_set(tmp_path):
    folder = write_multi30k(tmp_path, ("train", "val"))
    own = tmp_path / "own.tsv"
    own.write_text("Hallo.\tHello.\n", encoding="utf-8")
    corpus = read_corpus(DataConfig(dataset="multi30k:de-en", path=str(folder), test_path=str(own)))
    assert (len(corpus.training), corpus.test.source) == (40, ["Hallo."])


BAD = {
    "an empty folder": (
        "tatoeba:deu-eng",
        lambda folder: folder,
        FileNotFoundError,
        "expected deu-eng.zip or deu.txt in this folder, which is empty",
    ),
    "another pair's folder": (
        "tatoeba:fra-eng",
        lambda folder: write_zip(folder / "deu-eng.zip").parent,
        FileNotFoundError,
        "expected fra-eng.zip or fra.txt in this folder, found deu-eng.zip",
    ),
    "no such file": (
        "tatoeba:deu-eng",
        lambda folder: folder / "none.zip",
        FileNotFoundError,
        "none.zip: no such file or folder; expected deu-eng.zip or deu.txt",
    ),
    "another pair's zip": (
        "tatoeba:fra-eng",
        lambda folder: write_zip(folder / "x.zip"),
        ValueError,
        "x.zip: holds _about.txt, deu.txt; expected fra.txt",
    ),
    "not a zip": (
        "tatoeba:deu-eng",
        lambda folder: (folder / "deu-eng.zip").write_text("<html>") and folder / "deu-eng.zip",
        ValueError,
        "deu-eng.zip: not a zip file, or cut short",
    ),
    "another language's text": (
        "tatoeba:deu-eng",
        lambda folder: (folder / "fra.txt").write_text("Go.\tVa.") and folder / "fra.txt",
        ValueError,
        "fra.txt: is another language's file; expected deu.txt",
    ),
    "one column": (
        "tatoeba:deu-eng",
        lambda folder: write_zip(folder / "deu-eng.zip", "Go.\tGeh.\nRun.\n"),
        ValueError,
        "deu-eng.zip/deu.txt, line 2: columns 1,0, counted from 0, were asked for, found 1 column",
    ),
    "an empty text": (
        "tatoeba:deu-eng",
        lambda folder: write_zip(folder / "deu-eng.zip", ""),
        ValueError,
        "deu-eng.zip/deu.txt: the file is empty",
    ),
    "a file for multi30k": (
        "multi30k:de-en",
        lambda folder: write_zip(folder / "x.zip"),
        FileNotFoundError,
        "x.zip: is a file; expected a folder that holds train.de.gz and others",
    ),
    "a language that is not there": (
        "multi30k:de-fr",
        write_multi30k,
        FileNotFoundError,
        "expected train.de.gz and train.fr.gz in this folder, found test_2016_flickr.de.gz, ",
    ),
    "no validation files": (
        "multi30k:de-en",
        lambda folder: write_multi30k(folder, ["train"]),
        FileNotFoundError,
        "expected val.de.gz and val.en.gz in this folder, found train.de.gz, train.en.gz",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_not_as_distributed_is_one_line(tmp_path, case):
    name, prepare, error, words = BAD[case]
    assert words in message(error, name, prepare(tmp_path))


def test_a_damaged_member_is_told(tmp_path):
    path = write_zip(tmp_path / "deu-eng.zip")
    path.write_bytes(path.read_bytes().replace(b"Ich habe 7 Katzen", b"Ich habe 8 Katzen"))
    assert f"{path}: the zip file is damaged: Bad CRC-32" in message(ValueError, "tatoeba:deu-eng", path)


@pytest.mark.parametrize(
    "make, what", [(lambda folder: folder, "a folder"), (lambda f: write_zip(f / "x.zip"), "a zip")]
)
def test_a_folder_without_the_name_of_its_set_asks_for_it(tmp_path, make, what):
    with pytest.raises(ValueError, match=f"is {what}.* expected a file of pairs; .* --dataset multi30k:de-en"):
        read_corpus(DataConfig(path=str(make(tmp_path))))


def test_on_the_command_line_a_missing_file_is_one_line(tmp_path, capsys):
    argv = ["train", "--dataset", "tatoeba:deu-eng", "--data", str(tmp_path), "--run", str(tmp_path / "run")]
    assert main(argv) == 2
    expected = f"translation: error: {tmp_path}: expected deu-eng.zip or deu.txt in this folder, which is empty\n"
    assert capsys.readouterr().err.endswith(expected)


@pytest.fixture
def publisher(tmp_path, monkeypatch):
    """Both publishers' addresses on this machine, and an empty cache."""
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("RNNAPPS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(datasets.download, "__defaults__", (None, None, None, 2, 0.0, 5.0))
    with serving(Site(b"")) as site:
        for kind in (Tatoeba, Multi30k):
            monkeypatch.setattr(kind, "PUBLISHER", site.url.rpartition("/")[0])
        yield site


def test_tatoeba_is_downloaded_once(publisher, tmp_path):
    publisher.content = write_zip(tmp_path / "made.zip").read_bytes()
    for _ in range(2):
        assert find_dataset("tatoeba:eng-deu").read(None).training.source == ENGLISH
    assert len(publisher.requests) == 1
    assert {path.name for path in (tmp_path / "cache" / "tatoeba").iterdir()} == {"deu-eng.zip", "deu-eng.zip.sha256"}


def test_a_page_instead_of_the_zip_is_refused_and_not_kept(publisher, tmp_path):
    publisher.content = b"<html>Not Acceptable</html>"
    text = message(ValueError, "tatoeba:deu-eng", None)
    assert "deu-eng.zip: not the expected file: " in text and "not a zip file" in text
    assert list((tmp_path / "cache" / "tatoeba").iterdir()) == []


def test_a_pair_that_is_not_distributed_says_where_the_list_is(publisher):
    publisher.failures = [404]
    text = message(FileNotFoundError, "tatoeba:xxx-eng", None)
    assert text == f"{Tatoeba.PUBLISHER}/xxx-eng.zip: no such pair; {Tatoeba.PUBLISHER} lists those that there are"


@pytest.mark.parametrize("name", ["tatoeba:deu-eng", "multi30k:de-en"])
def test_without_a_connection_the_other_way_is_told(publisher, name):
    publisher.failures = [503] * 9
    text = message(ConnectionError, name, None)
    assert "the server answered 503" in text and text.endswith("folder with --data")


def test_multi30k_files_are_verified(publisher):
    publisher.content = gzip.compress(b"another file\n")
    text = message(ValueError, "multi30k:de-en", None)
    assert "train.de.gz: checksum mismatch: expected sha256 726e39b2" in text


def test_multi30k_is_downloaded_file_by_file(publisher, monkeypatch):
    monkeypatch.setattr(Multi30k, "DIGESTS", {})
    publisher.content = gzip.compress("".join(f"{sentence}\n" for sentence in ENGLISH).encode())
    sides = find_dataset("multi30k:cs-en").read(None)
    assert len(publisher.requests) == 6
    assert [len(side) for side in (sides.training, sides.validation, sides.test)] == [40, 40, 40]
