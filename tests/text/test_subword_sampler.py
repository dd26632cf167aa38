"""Sampled segmentations: what they spell, what decides them, and how they enter batches."""

import threading

import numpy as np
import pytest

from rnnapps.text.batches import TokenBatches
from rnnapps.text.subword_sampler import SubwordSampler
from rnnapps.text.tokenizer import END_ID, PAD_ID, START_ID, Tokenizer

STEMS = ("walk", "talk", "read", "sleep", "jump", "paint", "cook", "laugh", "follow", "gather", "bring", "depart")
WORDS = [stem + ending for stem in STEMS for ending in ("ing", "er", "s", "able", "")]
TEXTS = [f"{WORDS[i % 60]}  {WORDS[i * 7 % 60]} {WORDS[i * 13 % 59]}" for i in range(192)]
ROWS = range(len(TEXTS))


@pytest.fixture(scope="module", params=["bpe", "unigram"])
def tokenizer(request):
    return Tokenizer.train(TEXTS, vocabulary_size=60, model_type=request.param)


@pytest.fixture(scope="module")
def sampler(tokenizer):
    return SubwordSampler(tokenizer, TEXTS, 0.2)


def test_any_segmentation_spells_the_sentence(tokenizer, sampler):
    texts = [tokenizer.decode([ids]).numpy()[0].decode() for ids in sampler.sample(range(20), [1])]
    assert texts == [text.replace("  ", " ") for text in TEXTS[:20]]


def test_every_segmentation_ends_with_the_end_symbol_and_has_no_other_special(sampler):
    for ids in sampler.sample(ROWS, [1]):
        assert ids[-1] == END_ID
        assert min(ids[:-1]) > END_ID


def test_segmentations_vary_with_the_seed(sampler):
    one, other = sampler.sample(ROWS, [1, 0]), sampler.sample(ROWS, [1, 1])
    assert np.mean([a != b for a, b in zip(one, other, strict=True)]) > 0.15


def test_the_seed_alone_decides_in_any_thread(sampler):
    expected, found = sampler.sample(ROWS, [3]), []
    sampler.sample(ROWS, [4])
    thread = threading.Thread(target=lambda: found.append(sampler.sample(ROWS, [3])))
    thread.start()
    thread.join()
    assert found == [expected]
    assert sampler.sample(ROWS, [3]) == expected


def test_leaving_out_every_merge_gives_characters():
    bpe = Tokenizer.train(TEXTS, vocabulary_size=60)
    (ids,) = SubwordSampler(bpe, ["reader"], 1.0).sample([0], [1])
    assert bpe.pieces(ids).numpy().tolist()[:-1] == ["▁".encode(), b"r", b"e", b"a", b"d", b"e", b"r"]


@pytest.fixture(scope="module")
def batches(tokenizer, sampler):
    ids = tokenizer.encode(TEXTS)
    return TokenBatches(ids, ids, tokens_per_batch=200, seed=5, samplers=(sampler, sampler))


def test_every_epoch_has_the_same_shapes_and_number_of_batches(batches):
    for epoch in range(3):
        made = list(batches.epoch(epoch))
        assert len(made) == len(batches)
        assert {(*source.shape, out.shape[1]) for (source, _), out in made} == batches.shapes


def test_an_epoch_holds_every_sentence_once(tokenizer, batches):
    texts = [text for (source, _), _ in batches.epoch(2) for text in tokenizer.decode(source).numpy()]
    assert sorted(texts) == sorted(text.replace("  ", " ").encode() for text in TEXTS)


def test_both_sides_of_a_pair_spell_the_same_sentence(tokenizer, batches):
    for (source, _), out in batches.epoch(1):
        assert tokenizer.decode(source).numpy().tolist() == tokenizer.decode(out).numpy().tolist()


def test_sentences_are_cut_anew(tokenizer, batches):
    plain = {tuple(ids) for ids in tokenizer.encode(TEXTS).to_list()}
    rows = [tuple(row[row != PAD_ID].tolist()) for (source, _), _ in batches.epoch(0) for row in source]
    assert np.mean([row not in plain for row in rows]) > 0.05


def test_target_in_follows_the_sampled_target_out(batches):
    for (_, target_in), out in batches.epoch(0):
        assert (target_in[:, 0] == START_ID).all()
        real = out[:, 1:] != PAD_ID
        assert (target_in[:, 1:][real] == out[:, :-1][real]).all()


def test_an_epoch_can_start_at_any_batch(batches):
    late = list(batches.epoch(1, start=3))
    for ((source, _), out), ((again, _), out_again) in zip(list(batches.epoch(1))[3:], late, strict=True):
        assert np.array_equal(source, again)
        assert np.array_equal(out, out_again)


def test_samplers_of_other_sentences_are_refused(tokenizer, sampler):
    ids = tokenizer.encode(TEXTS[:5])
    with pytest.raises(ValueError, match="samplers: 192 source sentences for 5 sequences"):
        TokenBatches(ids, ids, 200, samplers=(sampler, sampler))


@pytest.mark.parametrize("strength", [0, 1.5, -1])
def test_a_strength_out_of_range_is_refused(tokenizer, strength):
    with pytest.raises(ValueError, match=rf"strength: {strength} is not in \(0, 1\]"):
        SubwordSampler(tokenizer, TEXTS, strength)
