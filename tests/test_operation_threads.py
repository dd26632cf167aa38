"""Threads of an operation: set before TensorFlow begins, and never against the user."""

import os
import subprocess
import sys

PROBE = """
import sys
import tensorflow as tf
from rnnapps.operation_threads import one_thread_per_operation
if "begun" in sys.argv:
    tf.constant(1) + 1
print(one_thread_per_operation(), tf.config.threading.get_intra_op_parallelism_threads())
"""


def run(*arguments, **settings):
    clean = {name: value for name, value in os.environ.items() if name != "TF_NUM_INTRAOP_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments], capture_output=True, text=True, check=True, env=clean | settings
    )
    return done.stdout.split()


def test_operations_get_one_thread():
    assert run() == ["True", "1"]


def test_what_the_user_has_chosen_stays():
    assert run(TF_NUM_INTRAOP_THREADS="3")[0] == "False"


def test_it_is_too_late_once_tensorflow_has_begun():
    assert run("begun") == ["False", "0"]
