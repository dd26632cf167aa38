"""A translator trained once, in seconds, for every test that needs one."""

import pytest

from apps.translation.__main__ import main
from tests.made_once import made_once
from tests.translation.random_run import make_random_run

NUMBERS = {"two": "deux", "three": "trois", "four": "quatre", "five": "cinq"}
NOUNS = {"cats": "chats", "dogs": "chiens", "books": "livres", "trees": "arbres", "cars": "autos"}
ADJECTIVES = {"black": "noirs", "green": "verts", "big": "grands", "red": "rouges", "old": "vieux"}
# Adjectives follow their noun, so that the words have to change places.
PAIRS = [
    (f"I see {number} {adjective} {noun}.", f"Je vois {nombre} {nom} {adjectif}.")
    for number, nombre in NUMBERS.items()
    for noun, nom in NOUNS.items()
    for adjective, adjectif in ADJECTIVES.items()
]
TINY = {
    "tokenizer.vocabulary_size": 110,
    "model.units": 48,
    "model.embedding_dim": 32,
    "model.attention_units": 32,
    "model.dropout": 0.0,
    "train.epochs": 12,
    "train.evaluate_every": 6,
    "train.tokens_per_batch": 256,
    "train.learning_rate": 0.005,
    "train.warmup_steps": 10,
    "data.validation_fraction": 0.1,
    "data.test_fraction": 0.2,
}


def options(values: dict) -> list[str]:
    """Options as they are typed."""
    return [f"--{name}={value}" for name, value in values.items()]


@pytest.fixture(scope="session")
def pairs_file(tmp_path_factory):
    def make(folder):
        lines = [f"{source}\t{target}\n" for source, target in PAIRS]
        (folder / "pairs.tsv").write_text("".join(lines), encoding="utf-8")

    return made_once(tmp_path_factory, "pairs", make) / "pairs.tsv"


@pytest.fixture(scope="session")
def trained_run(tmp_path_factory, pairs_file):
    """Folder of a finished run of `python -m apps.translation train`; nothing may write into it."""

    def make(folder):
        assert main(["train", "--data", str(pairs_file), "--run", str(folder / "tiny"), *options(TINY)]) == 0

    return made_once(tmp_path_factory, "translator", make) / "tiny"


@pytest.fixture(scope="session")
def random_run(tmp_path_factory):
    """Folder of a run with drawn weights and its SavedModel in 1/: for what does not depend on what was learnt.

    Nothing may write into it.
    """

    def make(folder):
        assert main(["export", str(make_random_run(folder / "random"))]) == 0

    return made_once(tmp_path_factory, "random_translator", make) / "random"
