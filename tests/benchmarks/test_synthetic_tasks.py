import numpy as np
import pytest

from benchmarks.synthetic_tasks import TASKS, make_lines, run_task


@pytest.mark.slow
def test_copying_is_learnt_to_its_published_figure():
    result = run_task("copy", updates=300, seed=1)
    assert result["bleu"] >= result["published_bleu"] == 98


@pytest.mark.parametrize("task", TASKS)
def test_no_test_line_is_a_training_line(task):
    train, test = make_lines(TASKS[task], np.random.default_rng(1))
    assert not set(map(bytes, train.source)) & set(map(bytes, test.source))


def test_an_unknown_task_is_named():
    with pytest.raises(ValueError, match="copy, reverse, sort, got 'shuffle'"):
        run_task("shuffle")
