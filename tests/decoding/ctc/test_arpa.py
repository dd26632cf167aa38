import gzip

import numpy as np
import pytest

from rnnapps.decoding.ctc.arpa import read_arpa, write_arpa
from rnnapps.decoding.ctc.kneser_ney import train_ngram

# Bigrams out of order, no backoff at some words, no <unk>; as other tools may write it.
ARPA = """a comment

\\data\\
ngram 1=4
ngram 2=3

\\1-grams:
-99\t<s>\t-0.5
-0.5\tbob\t-0.25
-0.7\tann
-1\t</s>

\\2-grams:
-0.1\tbob ann
-0.2\t<s> bob
-0.3 bob </s>

\\end\\
"""
TEXTS = ["one two three", "one three", "two two one", "three"]


def written(folder, content=ARPA):
    path = folder / "lm.arpa"
    path.write_text(content, encoding="utf-8")
    return path


def log10(model, word, *context):
    return model.log_prob(word, context) / np.log(10)


def test_probabilities_are_those_of_the_file(tmp_path):
    model = read_arpa(written(tmp_path))
    assert log10(model, "ann", "bob") == pytest.approx(-0.1)
    assert log10(model, "</s>", "bob") == pytest.approx(-0.3)
    assert log10(model, "bob", "bob") == pytest.approx(-0.25 - 0.5)
    assert log10(model, "ann", "ann") == pytest.approx(-0.7)
    assert log10(model, "ann", "<s>") == pytest.approx(-0.5 - 0.7)


@pytest.mark.parametrize("name", ["lm.arpa", "lm.arpa.gz"])
def test_a_model_survives_writing_and_reading(tmp_path, name):
    model = train_ngram([text.split() for text in TEXTS], 3)
    write_arpa(model, tmp_path / name)
    again = read_arpa(tmp_path / name)
    for sentence in (["one", "two", "three"], ["two"], ["nine", "one"], []):
        assert again.sentence_log_prob(sentence) == pytest.approx(model.sentence_log_prob(sentence), rel=1e-6)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("ngram 2=3", "ngram 2=4", "4 2-grams announced, 3 found"),
        ("-0.2\t<s> bob", "-0.2\t<s> rob", "line 15: 'rob' is not among the 1-grams"),
        ("-0.2\t<s> bob", "-0.2\tbob", "line 15: expected log10 probability, 2 words"),
        ("-0.2\t<s>", "?\t<s>", "line 15: expected log10"),
        ("-0.2\t<s>", "nan\t<s>", "line 15: expected log10"),
        ("-0.2\t<s>", "0.2\t<s>", "line 15: expected log10"),
        (ARPA, "one two three\n", "no ARPA file"),
    ],
)
def test_a_damaged_file_is_refused_by_its_line(tmp_path, old, new, named):
    with pytest.raises(ValueError, match=f"lm.arpa.*{named}"):
        read_arpa(written(tmp_path, ARPA.replace(old, new)))


def test_a_damaged_gzip_file_is_told(tmp_path):
    path = tmp_path / "lm.arpa.gz"
    content = bytearray(gzip.compress(ARPA.encode()))
    content[12:40] = b"\xff" * 28
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"lm\.arpa\.gz: no ARPA file, or a damaged one"):
        read_arpa(path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.arpa"):
        read_arpa(tmp_path / "none.arpa")
