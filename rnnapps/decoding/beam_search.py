"""Beam search over a step function."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf

from rnnapps.decoding.active_rows import any_rows, enough_done, put_rows, shaped_like, take_rows
from rnnapps.decoding.backtrace import backtrace
from rnnapps.decoding.best_tokens import best_tokens
from rnnapps.decoding.hypotheses import Hypotheses, Step, caps, same_shapes, tile_beams
from rnnapps.decoding.log_coverage import log_coverage

DEAD = float("-inf")
NO_ALIGNMENT = "beam_search: coverage_penalty={} needs a step that gives alignments"


class Beams(NamedTuple):
    """K beams for each of B rows, best first; a beam at minus infinity is dead: there were fewer than K hypotheses."""

    log_probs: tf.Tensor  # B, K float32
    lengths: tf.Tensor  # B, K int32, tokens so far with the end symbol
    finished: tf.Tensor  # B, K bool: ended, cut by the cap, or dead
    done: tf.Tensor  # B bool: nothing that could still happen changes the row's best hypotheses
    coverage: tuple[tf.Tensor, ...]  # with a coverage penalty one of B, K, S float32: sum_i alpha_ij so far


class Active(NamedTuple):
    """What goes from step to step, for the b rows of the batch that are still in it."""

    rows: tf.Tensor  # b int32: their places in the batch
    tokens: tf.Tensor  # b*K int32
    states: object  # b*K, ...
    beams: Beams
    max_lengths: tf.Tensor  # b int32
    memory: list[tf.Tensor]  # b*K, ...: the tensors of the memory, without None


def beam_search(
    step: Step,
    states: object,
    *,
    beam_size: int,
    start_id: int,
    end_id: int,
    max_lengths: tf.Tensor,
    length_penalty: float = 0.0,
    coverage_penalty: float = 0.0,
    n_best: int = 1,
    forbidden_ids: Sequence[int] = (),
    pad_id: int = 0,
    coverage_mask: tf.Tensor | None = None,
    memory: object = None,
    alignments: bool = True,
) -> Hypotheses:
    """The best hypotheses that a search with `beam_size` beams finds.

    score = log P(Y | X) / lp(Y) + cp(X, Y)                                   ranks the final hypotheses
    lp(Y) = ((5 + |Y|) / 6) ^ length_penalty
    cp(X, Y) = coverage_penalty * sum_j log(min(sum_i alpha_ij, 1))

    At every step the beams of a row, ended ones included, and all one-token continuations of the others compete for
    its K places by log P / lp; among equals the better-ranked beam wins, then the lower id. An ended hypothesis keeps
    its place with its log-probability as it is. Coverage ranks only the final K: a hypothesis that is not at its end
    has not covered the source yet.

    A row stops as soon as its result is settled: all its beams have ended, or (without a coverage penalty) its
    `n_best` best have, and no other could overtake them even if it gained the longest length at no further loss. Both
    depend on the row alone and are exact, so neither the other rows of a batch nor stopping early changes a result.

    A graph function: runs inside `tf.function` and a SavedModel, with unknown batch and lengths. With K = 1 it is
    `greedy`.

    Args:
        step: (tokens (B*K,) int32, states) -> (logits (B*K, V), states, alignment (B*K, S) or None). What it closes
            over has its rows repeated by `tile_beams(nest, beam_size)`; a `memory` is its third argument.
        states: nest of tensors with leading B, before the first step; repeated here.
        beam_size: int > 0, K.
        start_id: what the first step reads.
        end_id: what ends a hypothesis.
        max_lengths: (B,) int32, cap on each row's length, the end symbol counted.
        length_penalty: float >= 0; 0 ranks by log-probability, 1 nearly by its mean per token.
        coverage_penalty: float >= 0; needs a step that gives alignments.
        n_best: int in [1, beam_size], N, how many hypotheses to return.
        forbidden_ids: ids that are never chosen.
        pad_id: what follows the end.
        coverage_mask: (B, S) bool, the source positions that coverage counts; None counts those that any
            beam attended to at all, as padding gets exactly zero.
        memory: nest of tensors with leading B, or None.
        alignments: bool, keep those that the step gives; the coverage penalty does without.
    Returns:
        `Hypotheses`, N distinct ones for every row, best score first.
    Raises:
        ValueError: sizes or penalties out of range, or a coverage penalty without alignments.

    Wu et al. 2016, Google's neural machine translation system, eq. 14 (there the pruning differs).
    """
    if beam_size < 1:
        raise ValueError(f"beam_search: beam_size must be at least 1, got {beam_size}")
    if not 1 <= n_best <= beam_size:
        raise ValueError(f"beam_search: n_best must lie in [1, beam_size={beam_size}], got {n_best}")
    if length_penalty < 0 or coverage_penalty < 0:
        raise ValueError(
            f"beam_search: penalties must not be negative, got length_penalty={length_penalty}, "
            f"coverage_penalty={coverage_penalty}"
        )
    max_lengths = caps(max_lengths)
    batch, cap = tf.size(max_lengths), tf.reduce_max(tf.concat([max_lengths, [1]], axis=0))
    if memory is not None and max_lengths.shape[0] == 1:
        # The only row is never taken out, and LiteRT wants loops whose tensors keep their shapes.
        whole, step_with = tile_beams(memory, beam_size), step
        step, memory = lambda tokens, states: step_with(tokens, states, whole), None
    results = _first_beams(max_lengths, beam_size)
    token_array = tf.TensorArray(tf.int32, cap, element_shape=(max_lengths.shape[0], beam_size))
    parent_array = tf.TensorArray(tf.int32, cap, element_shape=(max_lengths.shape[0], beam_size))
    # Whether a step aligns is known when it is traced, after this array has to exist; unused, it costs nothing.
    alignment_array = tf.TensorArray(tf.float32, cap) if alignments else ()
    has_alignment = False
    can_settle = coverage_penalty == 0
    start = Active(
        rows=tf.range(batch),
        tokens=tf.fill([batch * beam_size], tf.constant(start_id, tf.int32)),
        states=tile_beams(states, beam_size),
        beams=results,
        max_lengths=max_lengths,
        memory=[] if memory is None else [x for x in tf.nest.flatten(tile_beams(memory, beam_size)) if x is not None],
    )

    def remembered(active):
        return () if memory is None else (_pack(memory, active.memory),)

    if coverage_penalty:
        probe = lambda: step(start.tokens, start.states, *remembered(start))[2]
        source = probe() if coverage_mask is None else coverage_mask
        if source is None:
            raise ValueError(NO_ALIGNMENT.format(coverage_penalty))
        results = results._replace(coverage=(tf.zeros((batch, beam_size, tf.shape(source)[1])),))
        start = start._replace(beams=results)

    def body(t, active, results, token_array, parent_array, alignment_array):
        nonlocal has_alignment
        rows, beams = active.rows, active.beams
        logits, states, alignment = step(active.tokens, active.states, *remembered(active))
        frozen = beams.finished | beams.done[:, None]
        # No beam can win more places than there are.
        continuations = [
            tf.reshape(found, (tf.size(rows), beam_size, tf.shape(found)[1]))
            for found in best_tokens(logits, beam_size, forbidden_ids)
        ]
        parents, chosen, beams = _best_continuations(
            beams, frozen, *continuations, end_id, active.max_lengths, length_penalty
        )
        if can_settle:
            beams = _settle(beams, active.max_lengths, length_penalty, n_best)
        still = tf.gather(frozen, parents, batch_dims=1)
        # A valid id for the step to read; what is behind the end becomes padding in the result.
        chosen = tf.where(still, end_id, chosen)
        places = tf.reshape(parents + beam_size * tf.range(tf.size(rows))[:, None], [-1])
        if coverage_penalty and alignment is None:
            raise ValueError(NO_ALIGNMENT.format(coverage_penalty))
        if alignment is not None and (alignments or coverage_penalty):
            kept = tf.gather(tf.cast(alignment, tf.float32), places)
            kept = tf.where(tf.reshape(still, (-1, 1)), 0.0, kept)
            kept = tf.reshape(kept, (tf.size(rows), beam_size, tf.shape(kept)[1]))
            coverage = tuple(tf.gather(seen, parents, batch_dims=1) + kept for seen in beams.coverage)
            beams = beams._replace(coverage=coverage)
            if alignments:
                has_alignment = True
                none = tf.zeros((batch, beam_size, tf.shape(kept)[2]))
                alignment_array = alignment_array.write(t, put_rows(none, rows, kept))
        # A row that was taken out stays as it is.
        ended = tf.fill((batch, beam_size), tf.constant(end_id, tf.int32))
        itself = tf.zeros((batch, 1), tf.int32) + tf.range(beam_size)
        token_array = token_array.write(t, put_rows(ended, rows, chosen))
        parent_array = parent_array.write(t, put_rows(itself, rows, parents))
        states = tf.nest.map_structure(lambda s: tf.gather(s, places), states)
        active = active._replace(tokens=tf.reshape(chosen, [-1]), states=states, beams=beams)
        if memory is not None:
            active, results = tf.cond(
                enough_done(beams.done),
                lambda: (_live(active, beam_size), _put_beams(results, active)),
                lambda: (active, results),
            )
        active = same_shapes(active, start) if memory is None else shaped_like(active, start)
        return t + 1, active, results, token_array, parent_array, alignment_array

    shapes = lambda nest: tf.nest.map_structure(lambda x: x.shape, nest)
    arrays = token_array, parent_array, alignment_array
    steps, active, results, token_array, parent_array, alignment_array = tf.while_loop(
        # Once at least: the alignments of no step have no shape.
        lambda t, active, *_: (t == 0) | ((t < cap) & ~tf.reduce_all(active.beams.done)),
        body,
        (0, start, results, *arrays),
        shape_invariants=(
            tf.TensorShape([]),
            shapes(start) if memory is None else any_rows(start),
            shapes(results),
            *tf.nest.map_structure(lambda _: tf.TensorShape(None), arrays),
        ),
    )
    # Without a memory no row was taken out; LiteRT's scatter makes NaN of the minus infinities that it replaces.
    beams = active.beams if memory is None else _put_beams(results, active)
    tokens, aligned = backtrace(steps, token_array, parent_array, alignment_array if has_alignment else None)
    scores = _penalized(beams.log_probs, beams.lengths, length_penalty)
    if coverage_penalty:
        scores += coverage_penalty * log_coverage(beams.coverage[0], coverage_mask)
    return _ranked(beams, scores, tokens, aligned, n_best, pad_id)


def _live(active, beam_size):
    """The rows that are not done."""
    live = tf.cast(tf.where(~active.beams.done)[:, 0], tf.int32)
    return Active(
        rows=tf.gather(active.rows, live),
        tokens=take_rows(active.tokens, live, beam_size),
        states=take_rows(active.states, live, beam_size),
        beams=take_rows(active.beams, live),
        max_lengths=tf.gather(active.max_lengths, live),
        memory=take_rows(active.memory, live, beam_size),
    )


def _put_beams(results, active):
    return tf.nest.map_structure(lambda x, part: put_rows(x, active.rows, part), results, active.beams)


def _pack(memory, tensors):
    """`tensors` in the structure of `memory`, None where it has None."""
    tensors = iter(tensors)
    return tf.nest.map_structure(lambda x: None if x is None else next(tensors), memory)


def _first_beams(max_lengths, beam_size):
    """One beam is alive: K equal ones would stay equal for ever."""
    shape = (tf.size(max_lengths), beam_size)
    first = tf.broadcast_to(tf.range(beam_size) == 0, shape)
    finished = tf.broadcast_to(max_lengths[:, None] <= 0, shape)
    return Beams(tf.where(first, 0.0, DEAD), tf.zeros(shape, tf.int32), finished, finished[:, 0], ())


def _best_continuations(beams, frozen, ids, log_probs, end_id, max_lengths, length_penalty):
    """The K best of all continuations: which beam each continues (B, K), by which token (B, K), and the new beams.

    ids, log_probs: (B, K, C), the best tokens of every beam, best first.
    """
    # A frozen beam has one continuation, itself; it is put into the first column, whatever token stands there.
    width = tf.shape(ids)[2]
    itself = tf.where(tf.range(width) == 0, 0.0, DEAD)
    totals = beams.log_probs[..., None] + tf.where(frozen[..., None], itself, log_probs)
    lengths = beams.lengths + tf.cast(~frozen, tf.int32)
    scores = _penalized(totals, lengths[..., None], length_penalty)

    beam_size = beams.log_probs.shape[1]
    flat = lambda x: tf.reshape(x, (tf.shape(x)[0], beam_size * width))
    _, best = tf.math.top_k(flat(scores), beam_size)
    parents, chosen = best // width, tf.gather(flat(ids), best, batch_dims=1)
    totals = tf.gather(flat(totals), best, batch_dims=1)
    lengths = tf.gather(lengths, parents, batch_dims=1)
    # Of a row that is done, the unfinished beams stay unfinished: they are out of the race, not at their end.
    was_frozen = tf.gather(frozen, parents, batch_dims=1)
    was_finished = tf.gather(beams.finished, parents, batch_dims=1)
    ended = ~was_frozen & ((chosen == end_id) | (lengths >= max_lengths[:, None]))
    finished = was_finished | ended | tf.math.is_inf(totals)
    done = beams.done | tf.reduce_all(finished, axis=1)
    return parents, chosen, Beams(totals, lengths, finished, done, beams.coverage)


def _settle(beams, max_lengths, length_penalty, n_best):
    """Marks the rows whose `n_best` best beams have ended and can no longer be overtaken.

    Log-probabilities only fall and lp only grows, up to its value at the cap: no unfinished beam can come to score
    more than log P / lp(cap).
    """
    scores = _penalized(beams.log_probs, beams.lengths, length_penalty)
    bound = _penalized(beams.log_probs, max_lengths[:, None], length_penalty)
    reachable = tf.reduce_max(tf.where(beams.finished, DEAD, bound), axis=1)
    settled = tf.reduce_all(beams.finished[:, :n_best], axis=1) & (scores[:, n_best - 1] > reachable)
    return beams._replace(done=beams.done | settled)


def _penalized(log_probs, lengths, length_penalty):
    if not length_penalty:
        return log_probs
    return log_probs / ((5.0 + tf.cast(lengths, tf.float32)) / 6.0) ** length_penalty


def _ranked(beams, scores, tokens, alignments, n_best, pad_id):
    scores, best = tf.math.top_k(scores, n_best)
    pick = lambda x: tf.gather(x, best, batch_dims=1)
    dead = tf.math.is_inf(pick(beams.log_probs))
    lengths = tf.where(dead, 0, pick(beams.lengths))
    longest = tf.maximum(tf.reduce_max(tf.concat([tf.reshape(lengths, [-1]), [1]], axis=0)), 1)
    inside = tf.range(longest) < lengths[..., None]  # B, N, L
    tokens = tf.where(inside, pick(tokens)[:, :, :longest], pad_id)
    if alignments is not None:
        alignments = tf.where(inside[..., None], pick(alignments)[:, :, :longest], 0.0)
    return Hypotheses(tokens, lengths, pick(beams.log_probs), scores, alignments)
