"""A recurrent decoder that attends to an encoded source."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import tensorflow as tf

from rnnapps.layers import cell_stack, decoder_kernel
from rnnapps.layers.attend import without_padding
from rnnapps.layers.decoder_arguments import check_decoder_arguments, check_initial_state
from rnnapps.layers.decoder_loop import (
    DecoderStates,
    DropoutMasks,
    Memory,
    decoder_loop,
    decoder_step,
    draw_dropout_masks,
    drop,
)
from rnnapps.layers.readout import Readout
from rnnapps.layers.sample_inputs import sample_inputs

PARTS = ("attention", "embedding", "projection")


@keras.saving.register_keras_serializable(package="rnnapps")
class AttentionDecoder(keras.layers.Layer):
    """Recurrent decoder with attention: teacher-forced over a whole target, or step by step.

    y_{i-1} is the embedded input of step i, s_i the state h of the top cell, o_i what the stack of cells puts out (s_i,
    plus its input with `residual`), c_i the context, t_i the features that the projection turns into logits.

    timing="bahdanau" (2014, section 3.1): the *previous* state is the query, the context comes before the cell.
        c_i = attention(s_{i-1}, values)
        s_i = f(s_{i-1}, [y_{i-1}; c_i])
        t_i = tanh(W_t [o_i; c_i; y_{i-1}] + b_t)              readout="tanh"
        t_i = maxout of two (W_t [o_i; c_i; y_{i-1}] + b_t)    readout="maxout": appendix A.2.2, there with s_{i-1}
        t_i = [o_i; c_i; y_{i-1}]                              readout_units=None
    timing="luong" (2015, section 3): the *current* output is the query, the context comes after the cell.
        s_i = f(s_{i-1}, y_{i-1}), or with input feeding f(s_{i-1}, [y_{i-1}; t_{i-1}]), t_0 = 0
        c_i = attention(o_i, values)
        t_i = tanh(W_c [c_i; o_i])                             eq. 5
    logits_i = projection(t_i)

    `keras.layers` has no such layer. TensorFlow Addons' `AttentionWrapper` queries the new state whatever attention it
    is given, so its Bahdanau decoder is not Bahdanau's.

    Args:
        cells: a cell or a list of cells, bottom first, of `rnnapps.layers` or `keras.layers`. Context and fed-back
            vector enter the first.
        attention: `BahdanauAttention`, `LuongAttention`, or a layer with their `project` and call.
        embedding: layer from ids (...) to vectors (..., E); None when the inputs are vectors already.
        projection: layer from features to logits; "tied" for the transposed matrix of `embedding`, which then is a
            `keras.layers.ReversibleEmbedding` as wide as the features; None returns the features.
        readout_units: int, R, width of t. None: no readout layer for timing "bahdanau", the width of o for "luong".
        readout: "tanh" or "maxout", only for timing "bahdanau".
        timing: "bahdanau" or "luong".
        input_feeding: bool, only for timing "luong".
        residual: bool, add the input of every cell but the first to its output; widths must agree.
        dropout: float in [0, 1), rate on the embedded inputs, on the context or vector fed to the first cell, between
            cells, and on the features. One mask per row for all steps (Gal and Ghahramani 2016).
        seed: int or None, of the dropout masks.
        kernel: the loop over a whole target: "bptt", derived by hand; "reference", by autodiff; "auto" (the default)
            takes the first where it can, see `decoder_kernel`. Results are the same.

    Call arguments:
        inputs: (B, T) ids, or (B, T, E) without an `embedding`: start symbol and target, shifted by one.
        values: (B, S, M) float, the encoded source.
        mask: (B, S) bool, True where a *source* position counts; None counts all. A mask that Keras attached to a
            tensor is not read. Targets need no mask: later steps change no earlier ones, and padded ones are left to
            the loss.
        initial_state: (B, U) tensors, flat or per cell, bottom cell first ([h, c] per LSTM cell); None starts from
            zeros.
        training: bool, draw dropout.
        sampling_rate: scalar in [0, 1], scheduled sampling: the probability that an input after the first is what the
            decoder itself says there; see `sample_inputs`. Needs ids.
        return_attention_scores, return_state: bool.
    Returns:
        Logits (B, T, V) (or features (B, T, R)); then, as asked for, alignments (B, T, S) and the flat cell states
        after step T, each (B, U).
    Raises:
        ValueError: an unknown mode, a `dropout` outside [0, 1), options that exclude each other, widths that do not
            fit, initial states of a wrong number or shape, cells or attention of another dtype than the decoder's.

    >>> import keras, numpy as np
    >>> from rnnapps.layers import BahdanauAttention
    >>> embedding, projection = keras.layers.Embedding(10, 4), keras.layers.Dense(10)
    >>> decoder = AttentionDecoder(keras.layers.GRUCell(8), BahdanauAttention(6), embedding, projection)
    >>> decoder(np.array([[1, 2, 3]]), values=np.ones((1, 7, 8))).shape
    TensorShape([1, 3, 10])

    Decoding one step at a time gives the same logits:

    >>> memory = decoder.prepare(np.ones((1, 7, 8)))
    >>> logits, states, alignment = decoder.step(np.array([1]), decoder.initial_states(memory), memory)
    >>> logits.shape, alignment.shape
    (TensorShape([1, 10]), TensorShape([1, 7]))
    """

    def __init__(
        self,
        cells,
        attention: keras.layers.Layer,
        embedding: keras.layers.Layer | None = None,
        projection: keras.layers.Layer | str | None = None,
        readout_units: int | None = None,
        timing: str = "bahdanau",
        input_feeding: bool = False,
        residual: bool = False,
        dropout: float = 0.0,
        readout: str = "tanh",
        seed: int | None = None,
        kernel: str = "auto",
        **kwargs,
    ):
        # As keras.layers.Embedding: ids that come as floats would be rounded in half precision.
        super().__init__(autocast=False, **kwargs)
        self.cells = list(cells) if isinstance(cells, list | tuple) else [cells]
        self.attention = attention
        self.embedding = embedding
        self.projection = projection
        self.readout_units = readout_units
        self.timing = timing
        self.input_feeding = input_feeding
        self.residual = residual
        self.dropout = dropout
        self.readout = readout
        self.seed = seed
        self.kernel = kernel
        check_decoder_arguments(self)
        self.seed_generator = keras.random.SeedGenerator(seed)
        if readout_units is None and timing == "luong":
            readout_units = cell_stack.output_width(self.cells[-1])
        self.readout_layer = None
        if readout_units is not None:
            # Luong's W_c has no bias.
            self.readout_layer = Readout(readout_units, readout, timing == "bahdanau", dtype=self.dtype_policy)
        # The mask is an argument; one attached to the inputs is neither read nor passed on.
        self.supports_masking = True

    def build(self, inputs_shape, values_shape):
        if self.embedding is None:
            embedded = inputs_shape[-1]
        else:
            _build(self.embedding, inputs_shape)
            embedded = self.embedding.compute_output_shape(inputs_shape)[-1]
        output, context = cell_stack.output_width(self.cells[-1]), values_shape[-1]
        if self.timing == "bahdanau":
            self.fed_width, query = context, cell_stack.state_widths(self.cells[-1:])[0]
            self.features_width = output + context + embedded
        else:
            self.fed_width, query = (self.readout_layer.units if self.input_feeding else 0), output
            self.features_width = context + output

        self.input_widths = [embedded + self.fed_width, *map(cell_stack.output_width, self.cells[:-1])]
        for cell, width in zip(self.cells, self.input_widths, strict=True):
            _build(cell, (None, width))
        _build(self.attention, (None, query), values_shape)
        if self.readout_layer is not None:
            _build(self.readout_layer, (None, None, self.features_width))
            self.features_width = self.readout_layer.units
        if self.projection == "tied":
            if self.embedding.output_dim != self.features_width:
                raise ValueError(
                    f"AttentionDecoder: projection='tied' needs features as wide as the embedding, got "
                    f"{self.features_width} and {self.embedding.output_dim}; set readout_units"
                )
        elif self.projection is not None:
            _build(self.projection, (None, None, self.features_width))

    def prepare(self, values: tf.Tensor, mask: tf.Tensor | None = None) -> Memory:
        """The source as `step` wants it: values (B, S, M), their keys, and the mask (B, S) bool or None."""
        values = tf.cast(tf.convert_to_tensor(values), self.compute_dtype)
        mask = None if mask is None else tf.cast(mask, tf.bool)
        values = without_padding(values, mask)
        return Memory(values, self.attention.project(values), mask)

    def initial_states(self, memory: Memory, initial_state: Sequence[tf.Tensor] | None = None) -> DecoderStates:
        """States before the first step: the cells' from `initial_state` or zero, all else zero."""
        batch = tf.shape(memory.values)[0]
        zeros = lambda width: tf.zeros((batch, width), self.compute_dtype)
        widths = cell_stack.state_widths(self.cells)
        if initial_state is None:
            cells = [zeros(width) for width in widths]
        else:
            flat = map(tf.convert_to_tensor, keras.tree.flatten(initial_state))
            cells = [tf.cast(state, self.compute_dtype) for state in flat]
            check_initial_state(cells, widths)
        attended = (zeros(self.fed_width),) if self.input_feeding else ()
        remembers = getattr(self.attention, "reads_past", False)
        past = (self.attention.first_past(memory.keys, memory.mask),) if remembers else ()
        return DecoderStates(tuple(cells), attended, past)

    def call(
        self,
        inputs,
        values,
        mask=None,
        initial_state=None,
        training=False,
        sampling_rate=None,
        return_attention_scores=False,
        return_state=False,
    ):
        if sampling_rate is not None:
            inputs = sample_inputs(self, inputs, sampling_rate, values, mask, initial_state)
        memory = self.prepare(values, mask)
        states = self.initial_states(memory, initial_state)
        embedded, masks = self._embed(inputs, training)
        with cell_stack.dropout_masks_drawn(self.cells, self.input_widths, tf.shape(embedded)[0], training):
            features, alignments, states = self.inner_loop(embedded, states, memory, masks, training)
        logits = self._project(drop(features, masks.features))
        if not (return_attention_scores or return_state):
            return logits
        return (
            logits,
            *((alignments,) if return_attention_scores else ()),
            *(states.cells if return_state else ()),
        )

    def step(
        self, tokens: tf.Tensor, states: DecoderStates, memory: Memory, training: bool = False
    ) -> tuple[tf.Tensor, DecoderStates, tf.Tensor]:
        """One step of decoding, for `rnnapps.decoding`.

        Args:
            tokens: (N,) ids, or (N, E) without an embedding.
            states: from `initial_states` or the step before.
            memory: from `prepare`, its rows matching those of `tokens`.
            training: bool; dropout masks are then drawn anew at every step.
        Returns:
            Logits (N, V), the new states, and the alignment (N, S).
        """
        embedded, masks = self._embed(tokens, training)
        with cell_stack.dropout_masks_drawn(self.cells, self.input_widths, tf.shape(embedded)[0], training):
            output, context, alignment, states = decoder_step(self, embedded, states, memory, masks, training)
        features = states.attended[0] if self.input_feeding else self.read_out(output, context, embedded)
        return self._project(drop(features, masks.features)), states, alignment

    def compute_mask(self, inputs, previous_mask):
        return None

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        return super().get_config() | {
            "cells": [serialize(cell) for cell in self.cells],
            **{part: serialize(getattr(self, part)) for part in PARTS},
            "readout_units": self.readout_units,
            "timing": self.timing,
            "input_feeding": self.input_feeding,
            "residual": self.residual,
            "dropout": self.dropout,
            "readout": self.readout,
            "seed": self.seed,
            "kernel": self.kernel,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        deserialize = lambda value: keras.saving.deserialize_keras_object(value, custom_objects)
        parts = {part: deserialize(config[part]) for part in PARTS}
        return cls(**{**config, **parts, "cells": [deserialize(cell) for cell in config["cells"]]})

    def inner_loop(
        self, embedded: tf.Tensor, states: DecoderStates, memory: Memory, masks: DropoutMasks, training: bool
    ) -> tuple[tf.Tensor, tf.Tensor, DecoderStates]:
        """The recurrence over a whole target, on the loop that `kernel` asks for.

        Args:
            embedded: (B, T, E), dropout applied.
            masks: the dropout masks of everything else.
        Returns:
            Features (B, T, R) before their dropout, alignments (B, T, S), and the states after step T.
        """
        loop = decoder_kernel.run if decoder_kernel.choose(self) == "bptt" else decoder_loop
        return loop(self, embedded, states, memory, masks, training)

    def run_cells(self, x, states, masks, training):
        """One step of the stack of cells: what the top puts out (B, U), and the new flat states."""
        return cell_stack.run_cells(
            self.cells, x, states, residual=self.residual, masks=masks.between, training=training
        )

    def attend(self, query, memory, past=None):
        """Context and alignment of queries (B, Q) or (B, T, Q); `past` (B, S) for an attention that reads it."""
        options = {"mask": memory.mask, "keys": memory.keys, "return_attention_scores": True}
        if past is not None:
            options["past"] = past
        return self.attention(query, memory.values, **options)

    def read_out(self, output, context, embedded):
        """t from (..., U), (..., M) and (..., E), for one step or all."""
        if self.timing == "luong":
            return self.readout_layer(tf.concat([context, output], axis=-1))
        parts = tf.concat([output, context, embedded], axis=-1)
        return parts if self.readout_layer is None else self.readout_layer(parts)

    def _embed(self, inputs, training):
        """Vectors (..., E) with their dropout applied, and the masks of everything else."""
        embedded = inputs if self.embedding is None else self.embedding(inputs)
        embedded = tf.cast(tf.convert_to_tensor(embedded), self.compute_dtype)
        masks = draw_dropout_masks(self, embedded, training)
        return drop(embedded, masks.embedded), masks

    def _project(self, features):
        if self.projection is None:
            return features
        if self.projection == "tied":
            logits = self.embedding(features, reverse=True)
            # Inside another layer Keras's embedding does not cast its matrix: `call` and `step` would differ in type.
            return logits if self.embedding.reverse_dtype else tf.cast(logits, self.compute_dtype)
        return self.projection(features)


def _build(layer, *shapes):
    if not layer.built:
        layer.build(*shapes)
