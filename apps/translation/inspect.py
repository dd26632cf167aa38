"""A look inside a run: which source tokens each target token of a translation attended to."""

import os
import re
import unicodedata
from pathlib import Path
from typing import Literal

from rnnapps.command_line import BadInput, reading_input


def inspect(
    run: str,
    /,
    *,
    text: str,
    output: str | None = None,
    rank: int = 1,
    level: Literal["token", "word"] = "token",
) -> list[Path]:
    """Writes the attention heat map of a translation as PNG, and its numbers as NPZ.

    Args:
        run: path or name of a run, or path of a SavedModel.
        text: what to translate.
        output: PNG file to write; by default in the folder plots/ of the run, named after the text.
        rank: which hypothesis of the beam search; 1 is the best.
        level: token for the model's own pieces of words, or word.
    """
    from .heat_map import attention_of
    from .load import load_translator
    from .run_folder import locate

    text = os.fsencode(text).decode("utf-8", errors="replace")
    if not text.strip():
        raise BadInput("--text is empty; there is nothing to look at")
    with reading_input():
        model = load_translator(run)
        which = (f"-{rank}" if rank > 1 else "") + ("-words" if level == "word" else "")
        path = Path(output) if output else locate(run) / "plots" / f"attention-{file_name(text)}{which}.png"
        if path.suffix.lower() not in (".png", ".pdf", ".svg"):
            raise ValueError(f"--output {output}: give a name that ends in .png, .pdf or .svg")
        (attention,) = attention_of(model, [text], rank)
    if level == "word":
        attention = attention.words()
    attention.save(path)
    print(f"{attention.text}\n{attention.translation}\nlog-probability {attention.score:.4f}")
    paths = [path, path.with_suffix(".npz")]
    print("\n".join(map(str, paths)))
    return paths


def file_name(text: str) -> str:
    """A short file name of plain letters for a text in any script."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:50].strip("-") or "text"
