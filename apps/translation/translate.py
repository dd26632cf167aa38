"""Translating an argument, a file, standard input or what is typed, with a run or its SavedModel."""

import os
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from rnnapps.command_line import BadInput, reading_input

from .answers import Answer, Sampling, Translation, best, n_best_of, samples
from .decoding import fingerprint, given, load_for, run_with_weights
from .direct_output import DirectOutput
from .progress import Progress
from .read_lines import read_lines, typed_lines
from .translate_lines import CHUNK_SIZE, answer_chunk, chunks

LISTED = 5  # lines named in a warning


def translate(
    run: str,
    text: str | None = None,
    /,
    *,
    input: str | None = None,
    output: str | None = None,
    interactive: bool = False,
    n_best: int = 1,
    scores: bool = False,
    alignments: bool = False,
    beam_size: int | None = None,
    length_penalty: float | None = None,
    coverage_penalty: float | None = None,
    sample: int | None = None,
    temperature: float | None = None,
    top_k: int | None = None,
    top_p: float | None = None,
    seed: int | None = None,
    batch_size: int = 64,
    chunk_size: int = CHUNK_SIZE,
) -> None:
    """Translates a text, the lines of a file, or the lines of standard input.

    Writes one line per line. With --scores it is `log-probability<TAB>translation`; with --n_best or --sample above 1
    there are that many lines for each, `line<TAB>rank<TAB>log-probability<TAB>translation`, best first (samples as they
    were drawn); --alignments adds a last column.

    Args:
        run: path or name of a run, or path of a SavedModel.
        text: what to translate.
        input: file to translate, one sentence per line; any bytes that are not UTF-8 are replaced.
        output: file to write instead of standard output. It appears when it is complete; until then FILE.partial holds
            the lines that are done, and the same command continues an interrupted one.
        interactive: answer every line of standard input at once, as on a terminal, instead of a chunk at a time.
        n_best: hypotheses per sentence; at most the beam size.
        scores: whether to write log-probabilities too.
        alignments: whether to write which source word (counted from 0) each target word comes from, `0-0 1-2`.
        beam_size: hypotheses kept at each step, by default as exported; another number needs the run's weights, as
            do the penalties.
        length_penalty: alpha of ((5 + length) / 6) ** alpha; by default as exported.
        coverage_penalty: how much leaving source words unattended costs; by default as exported.
        sample: draw this many translations of each sentence at random instead of searching for the best.
        temperature: of the samples, 1 by default; below 1 they are more alike, and 0 is greedy.
        top_k: draw each token among so many of the likeliest; by default among all.
        top_p: draw each token among the fewest that together hold this probability; by default among all.
        seed: of the samples, 0 by default: the same command draws the same.
        batch_size: sentences translated together, at most; long ones are translated in smaller batches.
        chunk_size: lines that are read, sorted by length and written together.
    """
    if text is not None and input is not None:
        raise BadInput("give either a text or --input, not both")
    for name, value in (("n_best", n_best), ("batch_size", batch_size), ("chunk_size", chunk_size)):
        if value < 1:
            raise BadInput(f"--{name} must be at least 1, is {value}")
    drawing = given(temperature=temperature, top_k=top_k, top_p=top_p, seed=seed)
    searching = given(beam_size=beam_size, length_penalty=length_penalty, coverage_penalty=coverage_penalty)
    at_once = interactive or (text is None and input is None and sys.stdin.isatty())
    with ExitStack() as files:
        with reading_input():
            sampling = _sampling(sample, drawing, searching, n_best, alignments)
            lines, size = _lines(text, input, at_once, files)
            model = _load(run, searching, sampling)
            answer, columns = _asked(model, n_best, alignments, scores, sampling)
            options = {"n_best": n_best, "scores": scores, "alignments": alignments, **searching}
            if sampling is not None:  # what is drawn depends on what is drawn together
                options |= {"sampling": str(sampling), "batch_size": batch_size, "chunk_size": chunk_size}
            out = _output(output, run, searching, options, files)
            lines = out.rest_of(lines)
        if out.lines:
            print(f"{out.partial}: continued after line {out.lines:,}", file=sys.stderr)
        batch_size = max(1, batch_size // (sampling.count if sampling else 1))
        _translate_all(answer, lines, out, columns, batch_size, 1 if at_once else chunk_size, size)


def _translate_all(answer: Answer, lines, out, columns, batch_size: int, chunk_size: int, size: int | None) -> None:
    progress = Progress(size, out.lines, out.input_bytes) if size is not None else None
    told = progress.add if progress else lambda texts: None
    try:
        for chunk in chunks(lines, chunk_size):
            answers = answer_chunk(answer, chunk, batch_size, out.lines, told)
            cut = [out.lines + i for i, found in enumerate(answers, start=1) if any(best.truncated for best in found)]
            out.append(chunk, _rendered(answers, columns, out.lines))
            if cut:
                _clear(progress)
                _warn_of(cut)
        out.finish()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise BadInput(f"the translation could not be written: {error.strerror or error}; {out.kept()}") from error
    except KeyboardInterrupt:
        _clear(progress)
        if chunk_size > 1:
            print(out.kept(), file=sys.stderr)
        raise
    finally:
        _clear(progress)


def _rendered(answers: list[list[Translation]], columns: tuple[str, ...], before: int) -> bytes:
    lines = []
    for number, translations in enumerate(answers, start=before + 1):
        for rank, found in enumerate(translations, start=1):
            fields = {
                "number": f"{number}\t{rank}",
                "score": f"{found.score:.4f}",
                "text": found.text,
                "alignment": found.alignment,
            }
            lines.append("\t".join(fields[column] for column in columns) + "\n")
    return "".join(lines).encode("utf-8")


def _warn_of(cut: list[int]) -> None:
    listed = ", ".join(map(str, cut[:LISTED])) + (", ..." if len(cut) > LISTED else "")
    print(
        f"line {listed}: longer than the model reads (decode.max_source_tokens); only the beginning is translated; "
        "give one sentence per line",
        file=sys.stderr,
    )


def _clear(progress: Progress | None) -> None:
    if progress:
        progress.end()


def _sampling(sample, drawing: dict, searching: dict, n_best: int, alignments: bool) -> Sampling | None:
    if sample is None:
        if drawing:
            raise ValueError(f"--{next(iter(drawing))} is for samples; give --sample N too")
        return None
    if other := [*searching, *(["n_best"] if n_best > 1 else []), *(["alignments"] if alignments else [])]:
        raise ValueError(f"--{other[0]} is for the best translations; it does not go with --sample")
    return Sampling(sample, **drawing)


def _load(run: str, searching: dict, sampling: Sampling | None):
    model = load_for(run, **searching)
    if sampling is None or hasattr(model, "sample"):
        return model
    # Exported before there was a signature for it.
    from .export import load_trained

    folder = run_with_weights(run, "--sample")
    return load_trained(folder, folder.config().decode)


def _asked(model, n_best: int, alignments: bool, scores: bool, sampling: Sampling | None):
    """How the model is asked, and the columns that are written."""
    several = n_best > 1 or (sampling is not None and sampling.count > 1)
    columns = (("number", "score") if several else ("score",) if scores else ()) + ("text",)
    if sampling is not None:
        return samples(model, sampling), columns
    if n_best > 1 or alignments:
        return n_best_of(model, n_best, alignments), columns + (("alignment",) if alignments else ())
    return best(model), columns


def _lines(text: str | None, path: str | None, at_once: bool, files: ExitStack) -> tuple[Iterable[bytes], int | None]:
    """What to translate, and how many bytes it has if it is a file."""
    if text is not None:
        return [os.fsencode(text)], None  # the very bytes that were typed, in whatever encoding
    if path is None:
        return typed_lines() if at_once else read_lines(sys.stdin.buffer), None
    if Path(path).is_dir() or not Path(path).exists():
        raise FileNotFoundError(f"{path}: no such file")
    return read_lines(files.enter_context(Path(path).open("rb"))), Path(path).stat().st_size or None


def _output(path: str | None, run: str, searching: dict, options: dict, files: ExitStack):
    if path is None:
        return DirectOutput(sys.stdout.buffer)
    if Path(path).exists() and not (Path(path).is_file() or Path(path).is_dir()):
        return DirectOutput(files.enter_context(Path(path).open("wb")))  # a device or a named pipe
    from .partial_output import PartialOutput

    return files.enter_context(PartialOutput(path, {"model": fingerprint(run, searching), "options": options}))
