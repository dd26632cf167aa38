"""A recurrent layer run over the sequence in both directions."""

import keras
from keras import ops, tree

from rnnapps.layers.copy_layer import copy_layer, never_shared


@keras.saving.register_keras_serializable(package="rnnapps")
class Bidirectional(keras.layers.Bidirectional):
    """One recurrent layer over the sequence and a second over its reverse, merged step by step.

    f_t = forward(x_t, f_{t-1})         t = 1 .. T
    g_t = backward(x_t, g_{t+1})        t = T .. 1
    y_t = merge(f_t, g_t)               with `return_sequences`
    y   = merge(f_T, g_1)               without

    Differs from `keras.layers.Bidirectional`, whose arguments, weights, their order and
    their values it shares:

    - masks: it makes its outgoing mask itself, also for reversed output, and finds the
      mask of its input when `initial_state` is given, where Keras silently drops it;
    - `stateful` with `return_state` accepts a mask (Keras 3.15 raises);
    - seeds: every integer seed s inside `layer` (dropout, initializers) is s + 1 in the
      backward copy. Keras gives both copies s, and with it the same dropout masks. A
      `backward_layer` that is given keeps its own seeds;
    - `backward_layer` may differ in width from `layer` (`merge_mode` "concat" or None)
      and keeps its own `use_cudnn`;
    - `weights`, which Keras 3 ignores, sets the weights when the layer is built.

    Args:
        layer: recurrent layer (`rnnapps.layers`, `keras.layers.RNN`, `Stacked`). It is copied
            from its configuration: weights it may have are not taken over.
        merge_mode: "concat" (default), "sum", "mul", "ave", or None for both apart.
        weights: list of arrays, forward then backward, or None.
        backward_layer: layer with the opposite `go_backwards` and the same `stateful`,
            `return_sequences` and `return_state`. Default: a copy of `layer`.

    Call arguments:
        sequences: (B, T, D) float.
        initial_state: flat list [forward states..., backward states...], each (B, U).
        mask: (B, T) bool, True where the step counts; holes and left padding included.
        training: bool, for dropout and zoneout.
    Returns:
        `return_sequences`: (B, T, 2U) for "concat", else (B, T, U); padded steps are
            zero whatever the layer's `zero_output_for_mask` says, as in Keras.
        otherwise: (B, 2U) or (B, U): each direction after its last valid step.
        `merge_mode=None`: the two, forward first, instead of the merged one.
        `return_state`: flat, (output, forward states..., backward states...).
    Raises:
        ValueError: unknown `merge_mode`; `layer` is no layer; `backward_layer` goes the
            same way or disagrees in `stateful`, `return_sequences` or `return_state`.

    >>> layer = Bidirectional(keras.layers.GRU(3, return_sequences=True, return_state=True))
    >>> [tuple(part.shape) for part in layer(keras.ops.zeros((2, 5, 4)))]
    [(2, 5, 6), (2, 3), (2, 3)]

    Schuster & Paliwal 1997, Bidirectional recurrent neural networks, section II.
    """

    def __init__(self, layer, merge_mode="concat", weights=None, backward_layer=None, **kwargs):
        if backward_layer is None and isinstance(layer, keras.layers.Layer):
            name = f"backward_{layer.name.removeprefix('backward_')}"
            backward_layer = copy_layer(layer, seed_offset=1, name=name, go_backwards=True)
        backward_cudnn = getattr(backward_layer, "use_cudnn", None)
        with never_shared():
            super().__init__(layer, merge_mode=merge_mode, backward_layer=backward_layer, **kwargs)
        if backward_cudnn is not None:
            # Keras copies the forward layer's over it: layer_norm in the backward layer alone would be lost.
            self.backward_layer.use_cudnn = backward_cudnn
        self.weights_at_build = weights
        # Keras 3.16 says False here, and the next layer would read padding as data.
        self.supports_masking = True

    def build(self, sequences_shape, initial_state_shape=None):
        super().build(sequences_shape, initial_state_shape)
        if self.weights_at_build:
            self.set_weights(self.weights_at_build)

    def call(self, sequences, initial_state=None, mask=None, training=None):
        if mask is None:
            # With a second tensor argument Keras does not fill in the mask of the first.
            mask = getattr(sequences, "_keras_mask", None)
        return super().call(sequences, initial_state=initial_state, mask=mask, training=training)

    def compute_output_shape(self, sequences_shape, initial_state_shape=None):
        forward = self.forward_layer.compute_output_shape(sequences_shape)
        backward = self.backward_layer.compute_output_shape(sequences_shape)
        states = ()
        if self.return_state:
            states = (*forward[1:], *backward[1:])
            forward, backward = forward[0], backward[0]
        if self.merge_mode is None:
            return (tuple(forward), tuple(backward), *states)
        width = forward[-1] + backward[-1] if self.merge_mode == "concat" else forward[-1]
        merged = (*forward[:-1], width)
        return (merged, *states) if self.return_state else merged

    def compute_mask(self, sequences, mask=None):
        """The incoming mask for each returned sequence, None for everything else."""
        mask = tree.flatten(mask)[0] if self.return_sequences else None
        if mask is not None and self.forward_layer.go_backwards:
            mask = ops.flip(mask, axis=1)
        masks = [mask] * (2 if self.merge_mode is None else 1)
        if self.return_state:
            masks += [None] * (2 * len(tree.flatten(self.forward_layer.state_size)))
        return masks if len(masks) > 1 else mask

    # Keras may hand both directions to one cuDNN call, past the layers' own loops and extras.
    def _can_attempt_fused_lstm(self, *args):
        return False

    def _can_attempt_fused_gru(self, *args):
        return False
