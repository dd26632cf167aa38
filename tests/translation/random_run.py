"""A run whose weights were drawn, not learnt: made in a second, and every translation is still a fact."""

import numpy as np

from apps.translation.config import TranslationConfig
from apps.translation.data import Tokenizers, save_tokenizers
from apps.translation.model import build_translator
from apps.translation.run_folder import RunFolder
from rnnapps.text.tokenizer import END_ID, Tokenizer

WORDS = ("red", "green", "old", "big", "car", "tree", "house", "dog", "sees", "likes", "the", "two", "three")
OPTIONS = {
    "model": {"units": 12, "embedding_dim": 8, "attention_units": 8, "readout_units": 12, "tie_embeddings": "none"},
    "tokenizer": {"vocabulary_size": 60},
}


def sentences(count, seed=0, longest=8):
    """Distinct-looking texts of one word to `longest`, in no order of length."""
    rng = np.random.default_rng(seed)
    return [" ".join(rng.choice(WORDS, size=rng.integers(1, longest + 1))) for _ in range(count)]


def make_random_run(path, decode=None, seed=0):
    """Writes a run folder with configuration, tokeniser and weights, and no SavedModel; returns its path."""
    config = TranslationConfig.from_dict({**OPTIONS, "decode": {"max_length_extra": 4, **(decode or {})}})
    folder = RunFolder.create(path, config)
    tokenizer = Tokenizer.train(sentences(200), config.tokenizer.vocabulary_size)
    save_tokenizers(Tokenizers(tokenizer, tokenizer), folder.path)
    size = tokenizer.vocabulary_size
    model = build_translator(config.model, size, size)
    rng = np.random.default_rng(seed)
    for weight in model.weights:
        drawn = rng.normal(scale=1.0 if len(weight.shape) > 1 else 0.3, size=weight.shape)
        if weight.shape == (size,):  # the logits' bias: hypotheses end early, late and at the cap
            drawn[END_ID] += 2.0
        weight.assign(drawn)
    model.save_weights(folder.weights)
    return folder.path
