"""A look inside a run: attention, gates, saliency, and what drives its units."""

import os
from pathlib import Path
from typing import Literal

from rnnapps.command_line import BadInput, reading_input
from rnnapps.inspection.inspect_run import inspect_run
from rnnapps.inspection.refuse_unused import ATTENTION, INSIDE, OF_ONE, refuse_unused

from .run_folder import RunFolder


def inspect(
    run: str,
    /,
    look: Literal["attention", "gates", "saliency", "units"] = "attention",
    text: str | None = None,
    layer: str | None = None,
    units: str | None = None,
    output: str | None = None,
    rank: int = 1,
    level: Literal["token", "word"] = "token",
) -> list[Path]:
    """Writes a picture of what happens inside a translator as PNG, and its numbers as NPZ.

    Args:
        run: path or name of a run; for attention also path of a SavedModel.
        look: attention, which source tokens each target token looked at; gates, what opens and closes in a layer while
            it reads; saliency, what each source token contributes to each target token, by integrated gradients;
            units, which words drive the units of a layer most, over the test side.
        text: what to translate; not of units.
        layer: of gates and units. Default: the first; an unknown name lists them.
        units: numbers of the units to show, with commas between. Default: those that vary most, or are most selective.
        output: PNG, PDF or SVG file to write; by default in the folder plots/ of the run, named after the text.
        rank: of attention: which hypothesis of the beam search; 1 is the best.
        level: of attention: token for the model's own pieces of words, or word.
    """
    with reading_input():
        refuse_unused(
            look, ATTENTION, {"--rank": rank if rank != 1 else None, "--level": level if level != "token" else None}
        )
    if look in OF_ONE and not (text or "").strip():
        raise BadInput("--text is missing or empty; there is nothing to look at")
    read = None if text is None else os.fsencode(text).decode("utf-8", errors="replace")
    if look == "attention":
        with reading_input():
            refuse_unused(look, INSIDE, {"--layer": layer, "--units": units})
            return _attention(run, read, output, rank, level)

    def subject(folder):
        from .inspected import inspected

        return inspected(folder, read)

    return inspect_run(RunFolder, run, subject, look, layer, units, output, {"--text": read})


def _attention(run: str, text: str, output: str | None, rank: int, level: str) -> list[Path]:
    from rnnapps.inspection.look import file_name, picture_path

    from .heat_map import attention_of
    from .load import load_translator
    from .run_folder import locate

    model = load_translator(run)
    which = (f"-{rank}" if rank > 1 else "") + ("-words" if level == "word" else "")
    path = picture_path(locate(run) / "plots", f"attention-{file_name(text)}{which}", output)
    (attention,) = attention_of(model, [text], rank)
    if not attention.target_tokens:
        raise BadInput("--text holds nothing to translate")
    if level == "word":
        attention = attention.words()
    attention.save(path)
    print(f"{attention.text}\n{attention.translation}\nlog-probability {attention.score:.4f}")
    paths = [path, path.with_suffix(".npz")]
    print("\n".join(map(str, paths)))
    return paths
