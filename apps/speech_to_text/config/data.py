"""Options of the data: where recordings come from, how they are divided, and what their texts are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rnnapps.config_checks import names_listed, one_of, within

from ..datasets import find_dataset

FORMATS = ("auto", "manifest", "table", "ljspeech", "librispeech", "fsdd")


@dataclass(frozen=True)
class DataConfig:
    """Where recordings come from and how they are divided.

    With neither `path` nor `dataset`, the embedded connected digits are read. Sides that are not given as files, by
    the data set itself, by a column or by speakers are split off the training side.

    Args:
        path: a manifest (JSON lines of audio_filepath, text, speaker), a table (CSV or TSV with named columns, or
            path<TAB>text), or a folder (or zip) of one of the layouts below, or with one manifest or table in it.
        dataset: fsdd, ljspeech, librispeech:train-clean-5 or another part of LibriSpeech; downloaded and cached, or
            read from `path`. Default: the embedded digits, where there is no `path`.
        format: manifest, table, ljspeech (metadata.csv and wavs/), librispeech (*.trans.txt beside the recordings),
            fsdd (7_jackson_32.wav in a folder or recordings.zip); auto tells them apart by what is there.
        audio_folder: what the paths in a manifest or table are relative to. Default: the folder of the file.
        audio_column: of a table, the column of paths. Default: audio_filepath, path, file or the like.
        text_column: of a table or manifest, what is said. Default: text, sentence, transcript or the like.
        speaker_column: of a table or manifest, who says it. Default: speaker, client_id or the like, if there is one.
        split_column: of a table or manifest, the column that says train, validation (dev, valid) or test.
        validation: manifest or table of the validation side.
        test: manifest or table of the test side.
        validation_speakers: speakers that are the validation side, with commas between.
        test_speakers: speakers that are the test side, with commas between.
        split: how sides are split off: random, by recordings; speakers, so that no speaker is on two sides; tail, the
            last rows, of which the test side's are the very last; auto is speakers where there are ten or more, else
            random.
        validation_size: recordings of the validation side; of split speakers at least. Default: by
            `validation_fraction`.
        test_size: recordings of the test side; 0 for none, and validation figures are then the last word. Default: by
            `test_fraction`.
        validation_fraction: share of the recordings, in (0, 0.5).
        test_fraction: share of the recordings, in [0, 0.5).
        split_seed: which recordings are split off and drawn; the same seed and files give the same ones.
        max_recordings: training recordings, drawn with `split_seed` after the other sides have been split off.
            Default: all.
        faulty: what training does about recordings that it cannot learn from, such as unreadable, silent or too short
            ones (see `check`): stop and name them, or leave_out.
        max_seconds: longer training recordings are left out and reported.
        text_form: plain: Unicode NFC, lower case, no punctuation but apostrophes inside words, one space between
            words; as_is: NFC and one space between words, else as written.
        symbols: characters, or sentencepiece, pieces of words learnt from the training texts. (The keyword head has
            the different texts themselves.)
        vocabulary_size: of sentencepiece, the CTC blank included.
        strings: training recordings of the embedded digits; an eighth of it each to validate and to test.
    """

    path: str | None = None
    dataset: str | None = None
    format: Literal["auto", "manifest", "table", "ljspeech", "librispeech", "fsdd"] = "auto"
    audio_folder: str | None = None
    audio_column: str | None = None
    text_column: str | None = None
    speaker_column: str | None = None
    split_column: str | None = None
    validation: str | None = None
    test: str | None = None
    validation_speakers: str | None = None
    test_speakers: str | None = None
    split: Literal["auto", "random", "speakers", "tail"] = "auto"
    validation_size: int | None = None
    test_size: int | None = None
    validation_fraction: float = 0.1
    test_fraction: float = 0.1
    split_seed: int = 1
    max_recordings: int | None = None
    faulty: Literal["stop", "leave_out"] = "stop"
    max_seconds: float = 40.0
    text_form: Literal["plain", "as_is"] = "plain"
    symbols: Literal["characters", "sentencepiece"] = "characters"
    vocabulary_size: int = 200
    strings: int = 600

    def __post_init__(self):
        one_of(self, "data", "format", FORMATS)
        one_of(self, "data", "split", ("auto", "random", "speakers", "tail"))
        one_of(self, "data", "faulty", ("stop", "leave_out"))
        one_of(self, "data", "text_form", ("plain", "as_is"))
        one_of(self, "data", "symbols", ("characters", "sentencepiece"))
        if self.dataset is not None:
            self._check_dataset()
        within(self, "data", "validation_fraction", above=0, below=0.5)
        within(self, "data", "test_fraction", least=0, below=0.5)
        within(self, "data", "split_seed", least=0)
        within(self, "data", "max_seconds", above=0)
        within(self, "data", "vocabulary_size", least=3)
        within(self, "data", "strings", least=20)
        for name, least in (("validation_size", 1), ("test_size", 0), ("max_recordings", 1)):
            if getattr(self, name) is not None:
                within(self, "data", name, least=least)
        self._check_sides()

    @property
    def embedded(self) -> bool:
        """Whether the embedded digits are read."""
        return self.path is None and self.dataset is None

    def listed(self, name: str) -> tuple[str, ...]:
        """The names that an option such as `test_speakers` lists; none when it is not given.

        Raises:
            ValueError: an empty name, or one twice.
        """
        return names_listed(f"data.{name}", getattr(self, name))

    def _check_dataset(self) -> None:
        find_dataset(self.dataset)
        lists = ("audio_folder", "audio_column", "text_column", "speaker_column", "split_column")
        given = [name for name in lists if getattr(self, name) is not None]
        if given or self.format != "auto":
            raise ValueError(
                f"data.{given[0] if given else 'format'}: cannot be given together with data.dataset, "
                f"{self.dataset!r}, which says what is read; leave one of them out"
            )

    def _check_sides(self) -> None:
        for side in ("validation", "test"):
            ways = (side, f"{side}_speakers", f"{side}_size")
            given = [name for name in ways if getattr(self, name) is not None]
            if len(given) > 1:
                raise ValueError(
                    f"data.{given[0]}: cannot be given together with data.{given[1]}; leave one of them out"
                )
            if self.embedded and given:
                raise ValueError(f"data.{given[0]}: needs recordings of your own; set data.path or data.dataset")
        if both := set(self.listed("validation_speakers")) & set(self.listed("test_speakers")):
            raise ValueError(f"data.test_speakers: {sorted(both)[0]!r} is one of data.validation_speakers too")
