"""A translator behind HTTP: what is translated together is translated as alone."""

import numpy as np
import pytest
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from apps.translation.load import load_translator
from apps.translation.served_translations import ServedTranslations, TranslationRequest

TEXTS = ["the car", "I see two big dogs and a green tree.", "", "cats"]


@pytest.fixture(scope="module")
def served(random_run):
    return ServedTranslations(load_translator(random_run))


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
    # A folder whose name is the version; graphs under the tag "serve" with a signature for the method predict.
    (graph,) = SavedModel.FromString((random_run / "1" / "saved_model.pb").read_bytes()).meta_graphs
    assert list(graph.meta_info_def.tags) == ["serve"]
    assert graph.signature_def["serving_default"].method_name == "tensorflow/serving/predict"
