"""What TF_CONFIG may say."""

import json

import pytest

from rnnapps.cluster import Cluster, follows

TWO = {"worker": ["a:1", "b:2"]}


def told(cluster, kind="worker", index=0):
    return {"TF_CONFIG": json.dumps({"cluster": cluster, "task": {"type": kind, "index": index}})}


def test_the_first_worker_is_the_chief():
    assert [Cluster.from_environment(told(TWO, index=index)).is_chief for index in (0, 1)] == [True, False]


def test_a_chief_of_its_own_comes_before_the_workers():
    named = {"chief": ["c:9"], **TWO}
    assert Cluster.from_environment(told(named, index=1)) == Cluster(("c:9", "a:1", "b:2"), 2)
    assert Cluster.from_environment(told(named, "chief")).is_chief


@pytest.mark.parametrize("index", [0, 1])
def test_only_another_worker_of_a_cluster_follows(index, monkeypatch):
    monkeypatch.setenv("TF_CONFIG", told(TWO, index=index)["TF_CONFIG"])
    assert follows("multiworker") == bool(index)


@pytest.mark.parametrize("strategy", ["none", "mirrored"])
def test_a_worker_that_would_train_alone_beside_others_is_refused_in_one_line(strategy, monkeypatch):
    monkeypatch.setenv("TF_CONFIG", told(TWO, index=1)["TF_CONFIG"])
    with pytest.raises(
        ValueError,
        match=f"^train.strategy: {strategy} would train alone on each of the 2 workers .*"
        "give --train.strategy multiworker on all of them",
    ):
        follows(strategy)


@pytest.mark.parametrize(
    "environment", [{}, {"TF_CONFIG": "{"}, told({"worker": ["a:1"]}), told(TWO | {"ps": ["c:1"]})]
)
def test_a_training_of_its_own_needs_no_cluster(environment, monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert not follows("none")


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({}, "multiworker needs the environment variable TF_CONFIG"),
        ({"TF_CONFIG": "{"}, "cannot be read"),
        ({"TF_CONFIG": "[]"}, "cannot be read"),
        ({"TF_CONFIG": '{"cluster": {}, "task": null}'}, "cannot be read"),
        (told(TWO, "worker", 2), "task index 2 of 2 worker addresses"),
        (told(TWO, "worker", -1), "task index -1"),
        (told(TWO, "worker", "0"), "none of its cluster's"),
        (told(TWO, "evaluator"), "none of its cluster's"),
        (told(TWO | {"ps": ["c:1"]}), "job 'ps' has no part"),
        (told({"worker": ["a", "b:1"]}), "address 'a' is not host:port"),
        (told({"worker": ["a:1", "a:1"]}), "stands twice"),
    ],
)
def test_what_cannot_be_a_cluster_is_named_in_one_line(environment, message):
    with pytest.raises(ValueError, match=message) as told:
        Cluster.from_environment(environment)
    assert "\n" not in str(told.value)
