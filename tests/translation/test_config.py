"""Options: what they default to, and one line for each mistake."""

import dataclasses

import pytest

from apps.translation.config import (
    DataConfig,
    DecodeConfig,
    ModelConfig,
    TokenizerConfig,
    TrainConfig,
    TranslationConfig,
)

SECTIONS = (DataConfig, TokenizerConfig, ModelConfig, TrainConfig, DecodeConfig)


def test_with_no_files_the_phrasebook_is_read():
    assert DataConfig().embedded
    assert not DataConfig(path="pairs.tsv").embedded
    assert not DataConfig(source="a", target="b").embedded
    assert not DataConfig(dataset="multi30k:de-en").embedded


@pytest.mark.parametrize("section", SECTIONS)
def test_every_option_is_described(section):
    described = "".join(one.__doc__.split("Args:")[1] for one in section.__mro__ if dataclasses.is_dataclass(one))
    assert [f.name for f in dataclasses.fields(section) if f"    {f.name}: " not in described] == []


@pytest.mark.parametrize("section", [*SECTIONS, TranslationConfig])
def test_options_are_frozen(section):
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(section(), dataclasses.fields(section)[0].name, None)


def test_columns_are_two_numbers():
    assert DataConfig(path="p", columns="0, 2").column_numbers == (0, 2)
    assert DataConfig(path="p").column_numbers is None


@pytest.mark.parametrize("columns", ["0", "0,1,2", "a,b", "1,1", "-1,0", "", "0;1"])
def test_other_columns_are_refused(columns):
    with pytest.raises(ValueError, match=r"^data\.columns: .* is not two different column numbers"):
        DataConfig(path="p", columns=columns)


@pytest.mark.parametrize(
    "section, options, message",
    [
        (DataConfig, {"path": "p", "source": "s", "target": "t"}, "data.path: 'p' cannot be given together with"),
        (DataConfig, {"source": "s"}, "data.source: 's' needs data.target too"),
        (DataConfig, {"target": "t"}, "data.target: 't' needs data.source too"),
        (DataConfig, {"path": "p", "test_source": "s"}, "data.test_source: 's' needs data.test_target too"),
        (DataConfig, {"validation_path": "v"}, "data: validation or test files were given without training files"),
        (DataConfig, {"validation_fraction": 0}, "data.validation_fraction: 0 must be a number above 0 and below 0.5"),
        (DataConfig, {"test_fraction": 0.5}, "data.test_fraction: 0.5 must be a number above 0 and below 0.5"),
        (DataConfig, {"max_pairs": 0}, "data.max_pairs: 0 must be a whole number at least 1"),
        (DataConfig, {"max_pairs": 2.5}, "data.max_pairs: 2.5 must be a whole number at least 1"),
        (DataConfig, {"dataset": "wmt14:de-en"}, "data.dataset: 'wmt14:de-en' is not a known data set; expected "),
        (DataConfig, {"dataset": "tatoeba"}, "data.dataset: 'tatoeba' is not a known data set; expected tatoeba:XXX-e"),
        (DataConfig, {"dataset": "tatoeba:de-en"}, "data.dataset: 'tatoeba:de-en' is no pair of this set; expected "),
        (DataConfig, {"dataset": "tatoeba:deu-fra"}, "data.dataset: 'tatoeba:deu-fra' is no pair of this set"),
        (DataConfig, {"dataset": "tatoeba:eng-eng"}, "data.dataset: 'tatoeba:eng-eng' is no pair of this set"),
        (DataConfig, {"dataset": "multi30k:de-de"}, "data.dataset: 'multi30k:de-de' is no pair of this set"),
        (DataConfig, {"dataset": "multi30k:de-es"}, "data.dataset: 'multi30k:de-es' is no pair of this set; expected"),
        (
            DataConfig,
            {"dataset": "multi30k:de-en", "source": "a", "target": "b"},
            "data.source: 'a' cannot be given together with data.dataset, 'multi30k:de-en'",
        ),
        (DataConfig, {"dataset": "multi30k:de-en", "columns": "0,1"}, "data.columns: '0,1' cannot be given together"),
        (DataConfig, {"max_length": 1}, "data.max_length: 1 must be a whole number at least 2"),
        (TokenizerConfig, {"model_type": "word"}, "tokenizer.model_type: 'word' is not one of bpe, unigram"),
        (TokenizerConfig, {"vocabulary_size": 7}, "tokenizer.vocabulary_size: 7 must be a whole number at least 8"),
        (TokenizerConfig, {"character_coverage": 1.1}, "tokenizer.character_coverage: 1.1 must be a number at least"),
        (ModelConfig, {"cell": "rnn"}, "model.cell: 'rnn' is not one of lstm, gru, simple_rnn"),
        (ModelConfig, {"attention": "dot"}, "model.attention: 'dot' is not one of bahdanau, luong-dot,"),
        (ModelConfig, {"units": 0}, "model.units: 0 must be a whole number at least 1"),
        (ModelConfig, {"dropout": 1}, "model.dropout: 1 must be a number at least 0 and below 1"),
        (ModelConfig, {"dropout": float("nan")}, "model.dropout: nan must be a number"),
        (ModelConfig, {"tie_embeddings": "yes"}, "model.tie_embeddings: 'yes' is not one of none, target, all"),
        (ModelConfig, {"input_feeding": True}, "model.input_feeding: True needs model.timing luong"),
        (TrainConfig, {"learning_rate": 0}, "train.learning_rate: 0 must be a number above 0"),
        (TrainConfig, {"learning_rate": float("inf")}, "train.learning_rate: inf must be a number"),
        (TrainConfig, {"schedule": "step"}, "train.schedule: 'step' is not one of constant, inverse_sqrt,"),
        (TrainConfig, {"metric": "loss"}, "train.metric: 'loss' is not one of bleu, chrf"),
        (TrainConfig, {"epochs": 0}, "train.epochs: 0 must be a whole number at least 1"),
        (TrainConfig, {"epochs": "ten"}, "train.epochs: 'ten' must be a whole number at least 1"),
        (TrainConfig, {"epochs": 2.5}, "train.epochs: 2.5 must be a whole number at least 1"),
        (TrainConfig, {"label_smoothing": 1}, "train.label_smoothing: 1 must be a number at least 0 and below 1"),
        (TrainConfig, {"averaging": "swa"}, "train.averaging: 'swa' is not one of none, ema, last"),
        (TrainConfig, {"ema_decay": 1}, "train.ema_decay: 1 must be a number above 0 and below 1"),
        (TrainConfig, {"average_last": 1}, "train.average_last: 1 must be a whole number at least 2"),
        (TrainConfig, {"optimizer": "lion"}, "train.optimizer: 'lion' is not one of adam, adamw, nadam"),
        (TrainConfig, {"subword_sampling": 2}, "train.subword_sampling: 2 must be a number at least 0 and at most 1"),
        (TrainConfig, {"max_minutes": -1}, "train.max_minutes: -1 must be a number at least 0"),
        (DecodeConfig, {"beam_size": 0}, "decode.beam_size: 0 must be a whole number at least 1"),
        (DecodeConfig, {"n_best": 5, "beam_size": 4}, "decode.n_best: 5 is more than decode.beam_size, 4"),
        (DecodeConfig, {"length_penalty": -1}, "decode.length_penalty: -1 must be a number at least 0"),
    ],
)
def test_a_mistake_names_option_value_and_what_is_allowed(section, options, message):
    with pytest.raises(ValueError) as raised:
        section(**options)
    assert str(raised.value).startswith(message)
    assert "\n" not in str(raised.value)


def test_sharing_all_embeddings_needs_one_vocabulary():
    tied = ModelConfig(tie_embeddings="all")
    assert TranslationConfig(model=tied).model == tied
    with pytest.raises(ValueError, match=r"model\.tie_embeddings: 'all' .* needs tokenizer\.joint true"):
        TranslationConfig(model=tied, tokenizer=TokenizerConfig(joint=False))


def test_plain_values_and_back():
    config = TranslationConfig(data=DataConfig(path="p.tsv", columns="0,2"), train=TrainConfig(epochs=3))
    assert TranslationConfig.from_dict(config.to_dict()) == config
    assert TranslationConfig.from_dict({"train": {"epochs": 3}}).train.epochs == 3


@pytest.mark.parametrize(
    "values, message",
    [
        ({"modell": {}}, "configuration: unknown option 'modell'; allowed: data, tokenizer, model, train, decode"),
        ({"model": {"unit": 3}}, "model: unknown option 'unit'; allowed: cell, units, "),
    ],
)
def test_an_unknown_option_lists_the_known_ones(values, message):
    with pytest.raises(ValueError) as raised:
        TranslationConfig.from_dict(values)
    assert str(raised.value).startswith(message)
