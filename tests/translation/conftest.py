"""A translator trained once, in seconds, for every test that needs one."""

import pytest

from apps.translation.__main__ import main
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
    "train.epochs": 20,
    "train.evaluate_every": 10,
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
    path = tmp_path_factory.mktemp("data") / "pairs.tsv"
    path.write_text("".join(f"{source}\t{target}\n" for source, target in PAIRS), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def trained_run(tmp_path_factory, pairs_file):
    """Folder of a finished run of `python -m apps.translation train`."""
    run = tmp_path_factory.mktemp("runs") / "tiny"
    assert main(["train", "--data", str(pairs_file), "--run", str(run), *options(TINY)]) == 0
    return run


@pytest.fixture(scope="session")
def random_run(tmp_path_factory):
    """Folder of a run with drawn weights and its SavedModel in 1/: for what does not depend on what was learnt."""
    run = make_random_run(tmp_path_factory.mktemp("runs") / "random")
    assert main(["export", str(run)]) == 0
    return run
