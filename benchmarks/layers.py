"""Forward and training step of each recurrent layer against keras.layers and, where installed, torch.nn.

    python benchmarks/layers.py [--rounds 15] [--layers LSTM GRU SimpleRNN] [--kernels auto] [--dynamic]

A training step is the forward pass and the gradients of a loss with respect to all weights and the inputs. All sides
run in one process in turn, round after round, so that a change of the machine's speed meets all of them; medians are
shown.
"""

from __future__ import annotations

import argparse
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf

import rnnapps.layers

try:
    import torch
except ImportError:
    torch = None

SHAPES = [  # B, T, D, U
    (1, 100, 16, 64),
    (64, 60, 8, 64),
    (32, 100, 128, 256),
    (64, 50, 256, 512),
    (16, 300, 80, 256),
    (128, 30, 512, 512),
]
TORCH_NAMES = {"SimpleRNN": "RNN", "LSTM": "LSTM", "GRU": "GRU"}


def keras_sides(layer, shape, dynamic):
    """The two compiled calls of a Keras layer: forward, and outputs with gradients."""
    batch, steps, width = shape
    signature = [tf.TensorSpec((None, None, width) if dynamic else (batch, steps, width))]

    @tf.function(input_signature=signature)
    def forward(x):
        return layer(x)

    @tf.function(input_signature=signature)
    def train(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(tf.square(layer(x, training=True)))
        return tape.gradient(loss, [x, *layer.trainable_variables])

    x = tf.constant(np.random.default_rng(0).normal(size=shape), tf.float32)
    return lambda: forward(x).numpy(), lambda: train(x)[0].numpy()


def torch_sides(name, shape, units):
    """The same two calls of torch.nn."""
    layer = getattr(torch.nn, TORCH_NAMES[name])(shape[-1], units, batch_first=True)
    x = torch.tensor(np.random.default_rng(0).normal(size=shape), dtype=torch.float32, requires_grad=True)

    def forward():
        with torch.no_grad():
            layer(x)

    def train():
        layer.zero_grad()
        x.grad = None
        layer(x)[0].square().sum().backward()

    return forward, train


def interleaved_medians(calls: dict, rounds: int) -> dict:
    """Seconds of each call: median over `rounds`, all calls taking turns, after two rounds that are not counted."""
    seconds = {key: [] for key in calls}
    for turn in range(rounds + 2):
        for key, call in calls.items():
            start = time.perf_counter()
            call()
            if turn > 1:
                seconds[key].append(time.perf_counter() - start)
    return {key: float(np.median(s)) for key, s in seconds.items()}


def measure(name, batch, steps, width, units, kernels, rounds, dynamic):
    """{(phase, side): seconds} for one layer and shape."""
    shape = (batch, steps, width)
    layers = {"keras": getattr(keras.layers, name)(units, return_sequences=True)}
    for kernel in kernels:
        layers[kernel] = getattr(rnnapps.layers, name)(units, return_sequences=True, kernel=kernel)
    sides = {side: keras_sides(layer, shape, dynamic) for side, layer in layers.items()}
    if torch is not None:
        sides["torch"] = torch_sides(name, shape, units)
    result = {}
    for i, phase in enumerate(("forward", "train")):
        medians = interleaved_medians({side: calls[i] for side, calls in sides.items()}, rounds)
        result |= {(phase, side): seconds for side, seconds in medians.items()}
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--layers", nargs="+", default=list(TORCH_NAMES), choices=list(TORCH_NAMES))
    parser.add_argument("--kernels", nargs="+", default=["auto"])
    parser.add_argument("--dynamic", action="store_true", help="batch and time unknown when the graph is made")
    arguments = parser.parse_args()
    keras.utils.set_random_seed(0)

    others = ["torch"] if torch is not None else []
    sides = ["keras", *arguments.kernels, *others]
    ratios = [f"keras/{side}" for side in sides[1:]]
    print(f"Milliseconds, medians of {arguments.rounds} interleaved rounds; keras/x above 1: x is faster.\n")
    print("| layer | B, T, D, U | phase | " + " | ".join([*sides, *ratios]) + " |")
    print("|---" * (3 + len(sides) + len(ratios)) + "|")
    for name in arguments.layers:
        for shape in SHAPES:
            seconds = measure(name, *shape, arguments.kernels, arguments.rounds, arguments.dynamic)
            for phase in ("forward", "train"):
                times = [seconds[phase, side] for side in sides]
                cells = [f"{1000 * t:.1f}" for t in times] + [f"{times[0] / t:.2f}" for t in times[1:]]
                print(f"| {name} | {', '.join(map(str, shape))} | {phase} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
