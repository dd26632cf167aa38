"""How many threads TensorFlow divides one operation among."""

import os

# Of a recurrent state; measured with batches of 128 windows, see benchmarks/README.md.
WIDEST_SMALL_STATE = 128


def one_thread_per_operation() -> bool:
    """Lets each operation run on one thread; operations that do not wait for each other still run beside each other.

    A step of a small recurrent network is hundreds of operations of microseconds each. Dividing each of them among
    threads takes longer than it saves: on two cores a training step of an LSTM of 64 units takes 1.6 times as long.
    From about 256 units on it is the other way round. It is the process's own setting, so a command may make it, a
    library not.

    Call it before TensorFlow's first operation. A number that the user has chosen, by `TF_NUM_INTRAOP_THREADS` or
    `tf.config`, is left alone.

    Returns:
        whether it could be done.
    """
    import tensorflow as tf

    threading = tf.config.threading
    if "TF_NUM_INTRAOP_THREADS" in os.environ or threading.get_intra_op_parallelism_threads():
        return False
    try:
        threading.set_intra_op_parallelism_threads(1)
    except RuntimeError:  # TensorFlow has begun, and its threads are there
        return False
    return True
