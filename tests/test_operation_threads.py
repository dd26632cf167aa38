"""Threads of an operation: set before TensorFlow begins, and never against the user."""

import os
import subprocess
import sys

import pytest

PROBE = """
import os
import tensorflow as tf
from rnnapps.operation_threads import one_thread_per_operation

def told(name):
    print(name, one_thread_per_operation(), tf.config.threading.get_intra_op_parallelism_threads())

os.environ["TF_NUM_INTRAOP_THREADS"] = "3"
told("chosen")
del os.environ["TF_NUM_INTRAOP_THREADS"]
told("open")
tf.config.threading.set_intra_op_parallelism_threads(0)
tf.constant(1) + 1
told("begun")
"""


@pytest.fixture(scope="module")
def told():
    """What one process is told where the user has chosen, where nobody has, and once TensorFlow has begun."""
    clean = {name: value for name, value in os.environ.items() if name != "TF_NUM_INTRAOP_THREADS"}
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True, env=clean)
    return {name: answer for name, *answer in map(str.split, done.stdout.splitlines())}


def test_operations_get_one_thread(told):
    assert told["open"] == ["True", "1"]


def test_what_the_user_has_chosen_stays(told):
    assert told["chosen"] == ["False", "0"]


def test_it_is_too_late_once_tensorflow_has_begun(told):
    assert told["begun"] == ["False", "0"]
