"""The LiteRT model translates as the SavedModel does, in a process without TensorFlow."""

import dataclasses
import json

import numpy as np
import pytest
import tensorflow as tf

from apps.translation.__main__ import main
from apps.translation.data import load_tokenizers
from apps.translation.export import load_network
from apps.translation.litert import litert_model
from apps.translation.load import load_translator
from apps.translation.run_folder import RunFolder
from rnnapps.text.tokenizer import Tokenizer
from tests.litert_process import litert_answers
from tests.translation.random_run import sentences

pytest.importorskip("ai_edge_litert")
TEXTS = sentences(12, seed=3)


@pytest.fixture(scope="module")
def exported(random_run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("phone") / "litert"
    assert main(["export", str(random_run), "--format", "litert", "--output", str(folder)]) == 0
    return folder


def test_a_beam_search_finds_what_the_saved_model_finds(exported, random_run, tmp_path):
    tokenizers = load_tokenizers(random_run)
    rows = [{"source_ids": ids.numpy()[None]} for ids in tokenizers.source.encode(TEXTS)]
    found = litert_answers(exported / "model.tflite", rows, tmp_path)
    translator = load_translator(random_run)
    expected = translator.serving_default(tf.constant(TEXTS))
    texts = [tokenizers.target.decode(answer["target_ids"]).numpy()[0] for answer in found]
    assert texts == expected["text"].numpy().tolist()
    assert len(set(texts)) > 6
    np.testing.assert_allclose([answer["score"][0] for answer in found], expected["score"], rtol=1e-4)


def test_the_tokeniser_lies_beside_the_model(exported, random_run):
    beside = Tokenizer.load(exported / "tokenizer.model")
    assert beside.model_bytes == load_tokenizers(random_run).source.model_bytes
    assert json.loads((exported / "metadata.json").read_text(encoding="utf-8"))["end_id"] == 3


def test_the_page_says_what_becomes_of_strings(exported):
    page = (exported / "README.md").read_text(encoding="utf-8")
    assert "by a search with 4 beams" in page
    assert "- `source_ids` int32[1, ?]: tokens of the text, 3 at the end" in page


def test_other_options_of_decoding_are_converted(random_run):
    folder = RunFolder.open(random_run)
    decode = dataclasses.replace(folder.config().decode, beam_size=1)
    assert "greedily" in litert_model("random", *load_network(folder), decode, {}).about
