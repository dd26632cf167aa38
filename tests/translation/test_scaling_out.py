"""Training over several devices or processes."""

import numpy as np
import pytest
import tensorflow as tf

from apps.translation.__main__ import main
from apps.translation.config import ModelConfig
from apps.translation.model import build_translator
from rnnapps.losses import SmoothedCrossEntropy
from tests.translation.conftest import TINY, options
from tests.two_processes import LoneTraining

# Three epochs; the metric after each; no average that hides a difference.
SHORT = options(TINY | {"train.epochs": 3, "train.evaluate_every": 1, "train.averaging": "none"})


def test_the_loss_of_a_batch_is_that_of_its_parts_weighed_by_their_tokens():
    network = ModelConfig(embedding_dim=4, units=5, attention_units=3, dropout=0.0, coverage_loss=0.5)
    model = build_translator(network, 9, 9)
    model.compile("sgd", SmoothedCrossEntropy(0.1))
    random = np.random.default_rng(1)
    ids = random.integers(3, 9, (2, 5, 6)).astype("int32")
    source, target = np.where(np.arange(6) < random.integers(1, 7, (2, 5, 1)), ids, 0)
    target_in = np.where(target, np.roll(target, 1, axis=1), 0)
    target_in[:, 0] = 2

    def loss(rows):
        inputs = tf.constant(source[rows]), tf.constant(target_in[rows])
        model.losses.clear()
        predicted = model(inputs, training=True)
        return model.compute_loss(inputs, tf.constant(target[rows]), predicted)

    weights = [int(model.loss.batch_weight(target[rows])) for rows in (slice(2), slice(2, 5))]
    assert weights[0] != weights[1]
    parts = [float(loss(slice(2))), float(loss(slice(2, 5)))]
    assert np.average(parts, weights=weights) == pytest.approx(float(loss(slice(5))), rel=1e-5)


@pytest.fixture(scope="module")
def alone(tmp_path_factory, pairs_file):
    given = ["--data", str(pairs_file), *SHORT]
    return LoneTraining.make("translation", given, tmp_path_factory.mktemp("runs"))


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["multiworker", "mirrored"])
def test_a_training_that_is_spread_is_that_of_one_device(strategy, alone, tmp_path):
    alone.assert_same_when_spread(strategy, tmp_path)


def test_a_missing_cluster_is_told_in_one_line(capsys, monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    assert main(["train", "--train.strategy", "multiworker"]) == 2
    assert "needs the environment variable TF_CONFIG" in capsys.readouterr().err


def test_one_device_cannot_be_mirrored(capsys, tmp_path):
    assert main(["train", "--train.strategy", "mirrored", "--run", str(tmp_path / "run")]) == 2
    assert "mirrored needs several devices" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
