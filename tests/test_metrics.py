import keras
import numpy as np
import pytest
import sacrebleu

from rnnapps.losses import SmoothedCrossEntropy
from rnnapps.metrics import Perplexity, TokenAccuracy, bleu, bleu_counts, chrf, chrf_counts

HYPOTHESES = ["the cat is on the mat .", "a red house", "where is the station ?"]
REFERENCES = ["the cat sat on the mat .", "a small red house", "where is the station ?"]
LOGITS = np.random.default_rng(0).normal(size=(4, 3, 6)).astype("float32")
IDS = np.array([[1, 2, 3], [4, 0, 0], [5, 1, 0], [2, 0, 0]])


def test_token_accuracy_counts_real_tokens_only():
    metric = TokenAccuracy()
    scores = np.eye(4)[[[1, 2, 0, 0], [3, 3, 0, 0]]]
    metric.update_state([[1, 3, 0, 0], [3, 3, 3, 0]], scores)
    assert float(metric.result()) == pytest.approx(3 / 5)


def test_perplexity_is_the_exponential_of_the_loss_without_smoothing():
    metric = Perplexity()
    metric.update_state(IDS, LOGITS)
    np.testing.assert_allclose(metric.result(), np.exp(SmoothedCrossEntropy()(IDS, LOGITS)), rtol=1e-6)


@pytest.mark.parametrize("metric_class", [TokenAccuracy, Perplexity])
def test_the_result_does_not_depend_on_the_batches(metric_class):
    whole, parts = metric_class(), metric_class()
    whole.update_state(IDS, LOGITS)
    for rows in (slice(0, 1), slice(1, 4)):
        parts.update_state(IDS[rows], LOGITS[rows])
    np.testing.assert_allclose(parts.result(), whole.result(), rtol=1e-6)


@pytest.mark.parametrize("metric_class", [TokenAccuracy, Perplexity])
def test_a_row_of_weight_zero_does_not_count(metric_class):
    weighted, without = metric_class(), metric_class()
    weighted.update_state(IDS, LOGITS, sample_weight=[1, 1, 0, 1])
    without.update_state(IDS[[0, 1, 3]], LOGITS[[0, 1, 3]])
    np.testing.assert_allclose(weighted.result(), without.result(), rtol=1e-6)


@pytest.mark.parametrize("metric_class", [TokenAccuracy, Perplexity])
def test_the_ignored_id_may_lie_outside_the_vocabulary_of_a_metric(metric_class):
    outside, inside = metric_class(ignore_id=-1), metric_class(ignore_id=0)
    outside.update_state(np.where(IDS == 0, -1, IDS), LOGITS)
    inside.update_state(IDS, LOGITS)
    assert float(outside.result()) == float(inside.result())


@pytest.mark.parametrize("metric", [TokenAccuracy(ignore_id=3), Perplexity(ignore_id=3)])
def test_a_metric_survives_its_config(metric):
    copy = keras.metrics.deserialize(keras.metrics.serialize(metric))
    assert (type(copy), copy.ignore_id, copy.name) == (type(metric), 3, metric.name)


def test_a_metric_without_tokens_has_a_finite_result():
    assert float(TokenAccuracy().result()) == 0
    assert float(Perplexity().result()) == 1


def test_bleu_is_sacrebleu_with_its_signature():
    score, signature = bleu(HYPOTHESES, REFERENCES)
    assert score == sacrebleu.corpus_bleu(HYPOTHESES, [REFERENCES]).score
    assert signature.startswith("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:")


def test_chrf_is_sacrebleu_with_its_signature():
    result = chrf(HYPOTHESES, REFERENCES)
    assert result.score == sacrebleu.corpus_chrf(HYPOTHESES, [REFERENCES]).score
    assert result.signature.startswith("nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:")


def test_options_reach_sacrebleu():
    assert "tok:char" in bleu(HYPOTHESES, REFERENCES, tokenize="char").signature


def test_sentences_that_do_not_pair_up_are_an_error():
    with pytest.raises(ValueError, match="hypotheses holds 1 sentences and references 2"):
        bleu(["a"], ["a", "b"])


def test_an_empty_corpus_is_an_error():
    with pytest.raises(ValueError, match="hypotheses is empty"):
        chrf([], [])


def test_counts_of_sentences_add_up_to_the_score_of_any_selection():
    for counts_of, score in ((bleu_counts, bleu), (chrf_counts, chrf)):
        counts = counts_of(HYPOTHESES, REFERENCES)
        assert counts.score(counts.rows[1:].sum(0)) == score(HYPOTHESES[1:], REFERENCES[1:]).score


def test_the_counts_of_bleu_begin_with_the_lengths():
    # "the cat is on the mat ." and its reference have 7 tokens; "a red house" has 3 for 4.
    assert bleu_counts(HYPOTHESES, REFERENCES).rows[:, :2].tolist() == [[7, 7], [3, 4], [5, 5]]


def test_a_signature_names_the_resamples_as_sacrebleu_does():
    metric = sacrebleu.BLEU()
    metric.corpus_score(HYPOTHESES, [REFERENCES], n_bootstrap=50)
    assert bleu_counts(HYPOTHESES, REFERENCES).signature(bs=50, seed=12345) == str(metric.get_signature())
