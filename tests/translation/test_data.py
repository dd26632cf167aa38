"""From files to batches: sides, splits, vocabularies, and a report that drops nothing silently."""

import numpy as np
import pytest

from apps.translation.config import DataConfig, TokenizerConfig, TrainConfig
from apps.translation.data import (
    encode_pairs,
    load_tokenizers,
    read_corpus,
    save_tokenizers,
    train_tokenizers,
    training_batches,
    validation_batches,
)
from rnnapps.text.pairs import Pairs

ANIMALS = ("cat", "dog", "horse", "bird", "fish", "cow", "duck", "goat", "mouse", "bear")
PAIRS = [(f"I see {n} {a}s.", f"Je vois {n} {a[::-1]}.") for n in ("two", "three", "four", "five") for a in ANIMALS]


def tsv(path, pairs) -> str:
    path.write_text("".join(f"{source}\t{target}\n" for source, target in pairs), encoding="utf-8")
    return str(path)


@pytest.fixture
def pairs_file(tmp_path):
    return tsv(tmp_path / "pairs.tsv", PAIRS)


@pytest.fixture(scope="module")
def pairs():
    return Pairs(*map(list, zip(*PAIRS, strict=True)), name="pairs.tsv")


@pytest.fixture(scope="module")
def tokenizers(pairs):
    return train_tokenizers(pairs, TokenizerConfig(vocabulary_size=60))


def sources(corpus) -> list[set[str]]:
    return [set(side.source) for side in (corpus.training, corpus.validation, corpus.test)]


def test_without_files_the_phrasebook_is_read():
    corpus = read_corpus(DataConfig())
    assert (len(corpus.training), len(corpus.validation), len(corpus.test)) == (4420, 294, 307)
    assert corpus.licence.startswith("Apache-2.0")
    assert corpus.report == ("embedded English-French phrasebook: 4,420 training, 294 validation and 307 test pairs",)


def test_a_file_is_split_into_three_sides(pairs_file):
    corpus = read_corpus(DataConfig(path=pairs_file, validation_fraction=0.1, test_fraction=0.2))
    assert (len(corpus.training), len(corpus.validation), len(corpus.test)) == (28, 4, 8)
    assert set.union(*sources(corpus)) == {source for source, _ in PAIRS}


def test_files_of_their_own_leave_the_training_file_whole(tmp_path, pairs_file):
    held_out = tsv(tmp_path / "t.tsv", [("I see six ants.", "Je vois six stna."), PAIRS[0]])
    corpus = read_corpus(DataConfig(path=pairs_file, validation_path=held_out, test_path=held_out))
    assert (len(corpus.training), len(corpus.validation), len(corpus.test)) == (40, 2, 2)


def test_only_the_missing_side_is_split_off(tmp_path, pairs_file):
    held_out = tsv(tmp_path / "t.tsv", [("I see six ants.", "Je vois six stna.")])
    corpus = read_corpus(DataConfig(path=pairs_file, test_path=held_out, validation_fraction=0.1))
    assert (len(corpus.training), len(corpus.validation), len(corpus.test)) == (36, 4, 1)


def test_parallel_files_are_read(tmp_path):
    for name, column in (("en", 0), ("fr", 1)):
        (tmp_path / name).write_text("".join(pair[column] + "\n" for pair in PAIRS), encoding="utf-8")
    corpus = read_corpus(DataConfig(source=str(tmp_path / "en"), target=str(tmp_path / "fr")))
    together = {*zip(corpus.training.source, corpus.training.target, strict=True)}
    assert together < set(PAIRS)


def test_columns_choose_two_of_a_file(tmp_path):
    (tmp_path / "p.tsv").write_text("".join(f"{s}\tx\t{t}\n" for s, t in PAIRS), encoding="utf-8")
    corpus = read_corpus(DataConfig(path=str(tmp_path / "p.tsv"), columns="0,2"))
    assert corpus.training.target[0].startswith("Je vois")


def test_lines_with_an_empty_side_are_reported(tmp_path):
    path = tsv(tmp_path / "p.tsv", [("", "vide"), *PAIRS, ("empty", " ")])
    corpus = read_corpus(DataConfig(path=path))
    assert f"{path}: 2 lines with an empty side left out: lines 1, 42" in corpus.report


def test_fewer_pairs_are_drawn_from_the_training_side_only(pairs_file):
    whole = read_corpus(DataConfig(path=pairs_file, test_fraction=0.2))
    fewer = read_corpus(DataConfig(path=pairs_file, test_fraction=0.2, max_pairs=10))
    assert len(fewer.training) == 10
    assert set(fewer.training.source) < set(whole.training.source)
    assert (fewer.validation, fewer.test) == (whole.validation, whole.test)
    assert "data.max_pairs: 10 of 30 training pairs drawn" in fewer.report


def test_more_pairs_than_there_are_is_all(pairs_file):
    config = {"path": pairs_file, "test_fraction": 0.2}
    assert read_corpus(DataConfig(**config, max_pairs=30)) == read_corpus(DataConfig(**config))


def test_too_few_sentences_to_split_say_what_to_give(tmp_path):
    path = tsv(tmp_path / "p.tsv", PAIRS[:2])
    with pytest.raises(ValueError, match="2 distinct source sentences cannot be split into training, validation"):
        read_corpus(DataConfig(path=path))


@pytest.mark.parametrize("option", ["path", "validation_path", "test_path"])
def test_a_missing_file_is_named(tmp_path, pairs_file, option):
    with pytest.raises(FileNotFoundError, match=r"none\.tsv: no such file"):
        read_corpus(DataConfig(**{"path": pairs_file, option: str(tmp_path / "none.tsv")}))


def test_the_vocabulary_is_learnt_from_the_training_side_only(pairs):
    learnt = train_tokenizers(pairs, TokenizerConfig(vocabulary_size=60))
    assert learnt.joint
    assert 1 in learnt.source.encode(["Zoo"]).to_list()[0]  # "Z" stands in no training sentence


def test_separate_vocabularies_know_their_language_only(pairs):
    separate = train_tokenizers(pairs, TokenizerConfig(vocabulary_size=40, joint=False))
    assert not separate.joint
    assert 1 in separate.source.encode(["J"]).to_list()[0]
    assert 1 not in separate.target.encode(["J"]).to_list()[0]


def test_a_vocabulary_larger_than_the_data_allows_names_option_and_size(pairs):
    with pytest.raises(ValueError, match=r"^tokenizer\.vocabulary_size: 9000 is more .* largest possible is \d+$"):
        train_tokenizers(pairs, TokenizerConfig(vocabulary_size=9000))


@pytest.mark.parametrize("joint, names", [(True, ["tokenizer.model"]), (False, ["source.model", "target.model"])])
def test_tokenisers_are_stored_and_read_again(pairs, tmp_path, joint, names):
    made = train_tokenizers(pairs, TokenizerConfig(vocabulary_size=40, joint=joint))
    assert [path.name for path in save_tokenizers(made, tmp_path)] == names
    loaded = load_tokenizers(tmp_path)
    assert loaded.joint == joint
    assert [t.model_bytes for t in loaded] == [t.model_bytes for t in made]


def test_a_folder_without_tokenisers_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"tokenizer\.model: no tokeniser there"):
        load_tokenizers(tmp_path)


def test_pairs_over_the_limit_are_left_out_and_told(pairs, tokenizers):
    long = Pairs([*pairs.source, "a b " * 30], [*pairs.target, "x"], [*range(1, 41), 77], name="pairs.tsv")
    encoded = encode_pairs(long, tokenizers, max_length=30)
    assert encoded.too_long == (40,)
    assert encoded.source.nrows() == encoded.target.nrows() == 40
    _, report = training_batches(long, tokenizers, DataConfig(max_length=30), TrainConfig())
    assert report[0] == "pairs.tsv: 1 pairs longer than 30 tokens left out of training: line 77"


def test_the_limit_counts_the_end_symbol(pairs, tokenizers):
    encoded = encode_pairs(pairs, tokenizers)
    longest = int(np.maximum(encoded.source.row_lengths(), encoded.target.row_lengths()).max())
    assert encode_pairs(pairs, tokenizers, longest).too_long == ()
    assert encode_pairs(pairs, tokenizers, longest - 1).too_long


def test_a_limit_that_leaves_nothing_is_an_error(pairs, tokenizers):
    with pytest.raises(ValueError, match=r"data\.max_length: 2 tokens is less than any of the 40 training pairs"):
        training_batches(pairs, tokenizers, DataConfig(max_length=2), TrainConfig())


def test_training_batches_say_how_much_of_them_is_real(pairs, tokenizers):
    batches, report = training_batches(pairs, tokenizers, DataConfig(), TrainConfig(tokens_per_batch=200))
    assert report == (
        f"{len(batches)} batches of up to 200 tokens in {len(batches.shapes)} shapes; "
        f"{batches.real_share:.0%} of their positions are real tokens",
    )


def test_validation_batches_hold_every_pair(pairs, tokenizers):
    long = Pairs([*pairs.source, "a b " * 30], [*pairs.target, "x"])
    batches = validation_batches(long, tokenizers, TrainConfig(tokens_per_batch=64))
    assert sum(len(target) for _, target in batches.epoch(0)) == 41
