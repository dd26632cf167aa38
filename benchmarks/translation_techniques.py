"""What each technique gains: small translators that differ in one option, trained on the same pairs.

    python -m benchmarks.translation_techniques --dataset multi30k:de-en [--data FOLDER] [--epochs 5] [--jobs 2]

Every row is one run of `python -m apps.translation train` with the options shown; the baseline of all of them is the
first. The score is BLEU of the whole validation side, decoded with a beam of 5, with its 95 % interval; the last column
is the difference from the first row with its interval by paired bootstrap. Runs are kept in `--runs` and not trained
again. One seed each: a difference inside its interval is noise, and one outside may be the seed's.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SIZE = ["--preset", "small", "--model.units", "128", "--model.embedding_dim", "128", "--model.attention_units", "128"]
SIZE += ["--model.dropout", "0.2"]
VARIANTS = {
    "label smoothing 0.1, moving average": [],
    "without label smoothing": ["--train.label_smoothing", "0"],
    "mean of the last 3 epochs instead of it": [
        "--train.averaging",
        "last",
        "--train.average_last",
        "3",
    ],
    "+ scheduled sampling up to 0.2": ["--train.scheduled_sampling", "0.2"],
    "+ coverage in the attention": ["--model.coverage", "true"],
}


def main() -> None:
    options = read_options()
    options.runs.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(options.jobs) as pool:
        paths = list(pool.map(lambda name: train(name, options), VARIANTS))
        figures = list(pool.map(lambda path: score(paths[0], path, options.threads), paths))
    print_table(options, figures)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", default="multi30k:de-en")
    parser.add_argument("--data", help="folder that holds the data set as it is distributed")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=2, help="runs at the same time")
    parser.add_argument("--threads", type=int, default=1, help="of each run")
    parser.add_argument("--runs", type=Path, default=Path("saved_models/translation/techniques"))
    return parser.parse_args()


def train(name: str, options: argparse.Namespace) -> Path:
    """One run in a process of its own; returns its folder."""
    path = options.runs / re.sub("[^a-z0-9.]+", "-", name).strip("-")
    if not (path / "1").is_dir():
        data = ["--dataset", options.dataset, *(["--data", options.data] if options.data else [])]
        more = [*VARIANTS[name], "--train.epochs", f"{options.epochs}", *(["--resume"] if path.exists() else [])]
        call(["train", *SIZE, *data, *more, "--run", f"{path}"], options.runs / f"{path.name}.log", options.threads)
    return path


def score(first: Path, path: Path, threads: int) -> tuple[dict, dict | None]:
    """The figures of a run on the validation side, and those of its difference from the first run's."""
    runs = [f"{first}"] if path == first else [f"{first}", f"{path}"]
    output = path.with_suffix(".json")
    call(["evaluate", *runs, "--side", "validation", "--output", f"{output}"], path.with_suffix(".scores.log"), threads)
    found = json.loads(output.read_text(encoding="utf-8"))
    return (found, None) if path == first else (found["systems"][1], found["difference"]["bleu"])


def call(arguments: list[str], log: Path, threads: int) -> None:
    """Runs `python -m apps.translation`, its output in a file."""
    limits = dict.fromkeys(("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"), f"{threads}")
    command = [sys.executable, "-m", "apps.translation", *arguments]
    with log.open("w") as file:
        if subprocess.run(command, stdout=file, stderr=file, env=os.environ | limits).returncode:
            sys.exit(f"{' '.join(command)}: failed; see {log}")


def print_table(options: argparse.Namespace, figures: list[tuple[dict, dict | None]]) -> None:
    print(f"{options.dataset}, {options.epochs} epochs of {' '.join(SIZE)}; {figures[0][0]['bleu']['signature']}\n")
    print("| run | BLEU | 95 % interval | difference | its 95 % interval |\n|---|---|---|---|---|")
    spread = lambda interval, form: " to ".join(format(value, form) for value in interval)
    for name, (found, difference) in zip(VARIANTS, figures, strict=True):
        cells = [name, f"{found['bleu']['score']:.2f}", spread(found["bleu"]["interval"], ".2f")]
        cells += (
            [f"{difference['difference']:+.2f}", spread(difference["interval"], "+.2f")] if difference else ["", ""]
        )
        print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
