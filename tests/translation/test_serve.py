"""A translator behind HTTP: what is translated together is translated as alone."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.translation.load import load_translator
from apps.translation.serve import service_of
from apps.translation.served_translations import ServedTranslations, TranslationRequest
from tests.serving.described_requests import ANYTHING, QUIET, Described
from tests.serving.doubling_service import running, told
from tests.serving.tensorflow_serving import check_layout, predictions

TEXTS = ["the car", "I see two big dogs and a green tree.", "", "cats"]


@pytest.fixture(scope="module")
def model(random_run):
    return load_translator(random_run)


@pytest.fixture(scope="module")
def served(model):
    return ServedTranslations(model)


def answered(served, **asked):
    asked = TranslationRequest(**asked)
    jobs = served.jobs(asked, None)
    answers = served.works()[jobs[0].work].answer([job.item for job in jobs])
    return served.response(asked, None, answers).translations


@pytest.mark.parametrize("alignments", [False, True])
def test_sentences_together_are_translated_as_alone(served, alignments):
    together = answered(served, texts=TEXTS, alignments=alignments)
    alone = [answered(served, texts=[text], alignments=alignments)[0] for text in TEXTS]
    assert [one.hypotheses[0].text for one in together] == [one.hypotheses[0].text for one in alone]
    for one, other in zip(together, alone, strict=True):
        np.testing.assert_allclose(one.hypotheses[0].log_probability, other.hypotheses[0].log_probability, rtol=1e-4)


def test_an_alignment_has_a_row_for_each_target_word(served):
    (found,) = answered(served, texts=["the car"], alignments=True)
    alignment = found.hypotheses[0].alignment
    assert alignment.source_words == ["the", "car"]
    assert np.shape(alignment.weights)[:1] == (len(alignment.target_words),)


def test_more_translations_than_the_beam_has_are_refused(served):
    with pytest.raises(ValueError, match="more than the beam"):
        served.jobs(TranslationRequest(texts=["a"], n_best=served.beam_size + 1), None)


def test_the_run_has_the_layout_that_tensorflow_serving_expects(random_run):
    check_layout(random_run)


def test_tensorflow_serving_would_translate_the_same(served, model):
    rows = predictions(model, [{"text": text} for text in TEXTS])
    expected = [one.hypotheses[0].text for one in answered(served, texts=TEXTS)]
    assert [row["text"].decode() for row in rows] == expected


@pytest.fixture(scope="module")
def described(random_run):
    service = service_of(str(random_run))
    with running(service, batch_wait=0.0) as client:
        yield Described(client, service)


def post(described, asked):
    content = json.dumps(asked).encode()
    return described.ask("POST", "/v1/translate", content=content, headers={"content-type": "application/json"})


@pytest.mark.parametrize(
    "text",
    [
        "",
        " " * 5000,
        "\0\1\x1b[31m\x7f",
        "\N{GRINNING FACE}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{MICROSCOPE}" * 50,
        "\N{ARABIC LETTER MEEM}\N{RIGHT-TO-LEFT OVERRIDE}the car",
        "e" + "\N{COMBINING ACUTE ACCENT}" * 3000,
        "a\nb\r\u2028c\td",
        "\uffff\ufeff\U0010ffff",
        "the car " * 1250,
    ],
    ids=["empty", "spaces", "controls", "emoji", "arabic", "accents", "lines", "edges", "long"],
)
@pytest.mark.parametrize("alignments", [False, True])
def test_any_text_is_translated(described, text, alignments):
    answer = post(described, {"texts": [text, "the car"], "alignments": alignments})
    assert answer.status_code == 200
    assert len(answer.json()["translations"]) == 2


def test_a_text_that_is_longer_than_the_model_reads_is_told_to_be_truncated(described):
    found = post(described, {"texts": ["the car " * 1250, "cats"]}).json()["translations"]
    assert [one["truncated"] for one in found] == [True, False]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"texts": []}, "at least 1"),
        ({"texts": ["a"] * 10_000}, "at most 64"),
        ({"texts": ["a", "b" * 100_000]}, "texts.1: has 100,000 characters, at most 10,000 are read"),
        ({"texts": ["\ud800"]}, "half a character"),
        ({"texts": "the car"}, "valid list"),
        ({"texts": [None]}, "valid string"),
        ({"texts": ["a"], "n_best": 0}, "greater than or equal to 1"),
        ({"texts": ["a"], "n_best": 10**30}, "less than or equal to 64"),
        ({"texts": ["a"], "beam": 3}, "Extra inputs"),
    ],
)
def test_what_cannot_be_translated_is_refused_in_one_line(described, asked, words):
    answer = post(described, asked)
    assert answer.status_code == 422
    assert words in told(answer)


@settings(QUIET, max_examples=40)
@given(texts=st.lists(st.text(max_size=30), min_size=1, max_size=3) | ANYTHING, n_best=st.integers(-1, 9) | ANYTHING)
def test_anything_that_is_asked_is_translated_or_refused(described, texts, n_best):
    post(described, {"texts": texts, "n_best": n_best})


def test_what_is_drawn_from_the_description_is_answered_as_it_says(described):
    described.ask_what_is_drawn(5)
