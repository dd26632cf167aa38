import sys

import numpy as np
import pytest

from benchmarks.side_process import SideError, SideProcess
from benchmarks.translation_workload import Workload, made_up_pairs, make_workload
from benchmarks.translator_sides import check_parity, plain_translator, translator


@pytest.fixture(scope="module")
def workload():
    return make_workload(made_up_pairs(300), vocabulary=200, batches=2, tokens_per_batch=120, groups=2, group_size=3)


@pytest.mark.slow
@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_the_plain_translator_computes_and_learns_the_same(workload, cell):
    sizes = (workload, cell, 6, 8, 0.1)
    parity = check_parity(translator(*sizes), plain_translator(*sizes), workload)
    assert parity.gradient_difference < 1e-5


def test_a_plain_translator_with_another_loss_is_refused(workload):
    ours, theirs = translator(workload, "gru", 6, 8, 0.1), plain_translator(workload, "gru", 6, 8, 0.3)
    with pytest.raises(RuntimeError, match="the comparison is void"):
        check_parity(ours, theirs, workload)


def test_a_workload_is_read_as_it_was_written(workload, tmp_path):
    workload.save(tmp_path / "workload.npz")
    read = Workload.load(tmp_path / "workload.npz")
    assert (read.sentences, read.tokenizer) == (workload.sentences, workload.tokenizer)
    np.testing.assert_array_equal(read.batches[1][1], workload.batches[1][1])


def test_the_sentences_of_a_group_are_about_equally_long(workload):
    lengths = [len(ids) for ids in workload.sentence_ids]
    assert max(lengths[:3]) - min(lengths[:3]) <= 1 < min(lengths[3:]) - max(lengths[:3])


def test_padding_is_not_counted_as_tokens():
    ids = np.array([[5, 3, 0], [3, 0, 0]])
    assert Workload([((ids, ids), ids)], [], [], b"", 6).target_tokens == 3


def test_a_side_that_cannot_run_says_why():
    side = SideProcess(sys.executable, "benchmarks.no_such_side", [], threads=1)
    with side, pytest.raises(SideError, match=r"No module named benchmarks\.no_such_side"):
        side.ask("train")
