"""A look inside a run: attention, gates, saliency, and what drives its units."""

import os
from pathlib import Path
from typing import Literal

from rnnapps.command_line import BadInput, reading_input
from rnnapps.config_checks import numbers_listed
from rnnapps.inspection.refuse_unused import ATTENTION, INSIDE, OF_ONE, refuse_unused


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
        chosen = numbers_listed("--units", units)
        refuse_unused(look, INSIDE, {"--layer": layer, "--units": units})
        refuse_unused(look, OF_ONE, {"--text": text})
        refuse_unused(
            look, ATTENTION, {"--rank": rank if rank != 1 else None, "--level": level if level != "token" else None}
        )
    if look in OF_ONE and not (text or "").strip():
        raise BadInput("--text is missing or empty; there is nothing to look at")
    text = os.fsencode(text or "").decode("utf-8", errors="replace")
    with reading_input():
        if look == "attention":
            return _attention(run, text, output, rank, level)
        from rnnapps.inspection.look import look as look_at

        from .inspected import inspected
        from .run_folder import RunFolder

        folder = RunFolder.open(run)
        subject = inspected(folder, text if look in OF_ONE else None)
        if look in OF_ONE:
            print(subject.title)
        paths = look_at(subject, look, folder.plots, output, layer, chosen)
    print("\n".join(map(str, paths)))
    return paths


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
