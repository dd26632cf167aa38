"""JoeyNMT as a side of `benchmarks.translation`: a process in an environment that has joeynmt and torch, not rnnapps.

    python -m benchmarks.joeynmt_side WORKLOAD CELL EMBEDDING UNITS LABEL_SMOOTHING THREADS

Its recurrent model with its defaults: bidirectional encoder, Bahdanau attention, a decoder whose *new* state asks and
whose last attention vector is fed in with the next token. Its own model, batch, loss, clipping, optimizer and search;
a step does what its `TrainManager` does with a batch.
"""

from __future__ import annotations

import sys
from importlib.metadata import version
from types import SimpleNamespace

import numpy as np
import torch
from joeynmt.batch import Batch
from joeynmt.builders import build_gradient_clipper, build_optimizer
from joeynmt.model import build_model
from joeynmt.search import search
from joeynmt.vocabulary import Vocabulary

from benchmarks.side_process import serve
from benchmarks.translation_workload import PAD, START, UNKNOWN, Workload

CPU = torch.device("cpu")
SPECIALS = SimpleNamespace(
    unk_token="<unk>",
    pad_token="<pad>",
    bos_token="<s>",
    eos_token="</s>",
    sep_token=None,
    unk_id=0,
    pad_id=1,
    bos_id=2,
    eos_id=3,
    lang_tags=[],
)


def joey_ids(ids: np.ndarray) -> torch.Tensor:
    """The workload's ids as JoeyNMT's, in which padding and the unknown token have changed places."""
    return torch.tensor(np.where(ids == PAD, UNKNOWN, np.where(ids == UNKNOWN, PAD, ids)), dtype=torch.long)


def make_model(vocabulary: int, cell: str, embedding: int, units: int, label_smoothing: float):
    """The recurrent model of the asked sizes, every dropout 0."""
    words = Vocabulary([f"piece{i}" for i in range(vocabulary - 4)], SPECIALS)
    part = {
        "type": "recurrent",
        "rnn_type": cell,
        "embeddings": {"embedding_dim": embedding},
        "hidden_size": units,
        "num_layers": 1,
    }
    config = {
        "encoder": {**part, "bidirectional": True},
        "decoder": {**part, "attention": "bahdanau", "init_hidden": "bridge", "input_feeding": True},
    }
    model = build_model(config, words, words)
    model.loss_function = ("crossentropy", label_smoothing)
    return model


def make_batch(source: np.ndarray, target_out: np.ndarray | None = None) -> Batch:
    """A batch as JoeyNMT's data loader makes it."""
    target = None
    if target_out is not None:
        target = joey_ids(np.pad(target_out, ((0, 0), (1, 0)), constant_values=START))
    return Batch(
        src=joey_ids(source),
        src_length=torch.tensor((source != PAD).sum(axis=1)),
        src_prompt_mask=None,
        trg=target,
        trg_prompt_mask=None,
        indices=torch.arange(len(source)),
        device=CPU,
        pad_index=SPECIALS.pad_id,
        eos_index=SPECIALS.eos_id,
        is_train=target is not None,
    )


def trainer(model, workload: Workload, learning_rate: float = 1e-3, clip_norm: float = 1.0):
    """A function that trains on every batch once."""
    update = build_optimizer({"optimizer": "adam", "learning_rate": learning_rate}, model.parameters())
    clip = build_gradient_clipper({"clip_grad_val": None, "clip_grad_norm": clip_norm})

    def train() -> dict:
        model.train()
        for (source, _), target_out in workload.batches:
            batch = make_batch(source, target_out)
            batch.sort_by_src_length()
            total, _, _, _ = model(return_type="loss", **vars(batch))
            loss = batch.normalize(total, normalization="tokens")
            loss.backward()
            clip(parameters=model.parameters())
            update.step()
            model.zero_grad()
            last = loss.item()
        return {"loss": last, **about(model)}

    return train


def decoder(model, workload: Workload):
    """A function that translates ids, every one to its cap: see `benchmarks.translation`."""

    def decode(beam_size: int, batch_size: int, sentences: list[int]) -> dict:
        model.eval()
        rows = [workload.sentence_ids[i] for i in sentences]
        for i in range(0, len(rows), batch_size):
            some = rows[i : i + batch_size]
            longest = max(map(len, some))
            source = np.stack([np.pad(row, (0, longest - len(row)), constant_values=PAD) for row in some])
            batch = make_batch(source)
            order = batch.sort_by_src_length()
            cap = longest + 1
            output, _, _ = search(
                model=model,
                batch=batch,
                beam_size=beam_size,
                beam_alpha=1.0,
                max_output_length=cap,
                min_output_length=cap,
                n_best=1,
                generate_unk=False,
            )
            model.trg_vocab.arrays_to_sentences(arrays=output[order], cut_at_eos=True)
        return about(model)

    return decode


def about(model) -> dict:
    """What to write beside the figures."""
    return {
        "parameters": sum(weight.numel() for weight in model.parameters()),
        "versions": f"{version('joeynmt')}, torch {version('torch')}",
    }


def main() -> None:
    path, cell, embedding, units, label_smoothing, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    torch.manual_seed(1)
    workload = Workload.load(path)
    model = make_model(workload.vocabulary, cell, int(embedding), int(units), float(label_smoothing))
    serve({"train": trainer(model, workload), "decode": decoder(model, workload)})


if __name__ == "__main__":
    main()
