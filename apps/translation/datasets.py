"""Public data sets by name: read from the disk where they are, else downloaded into the cache."""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from rnnapps.downloads import cache_folder, check_zip, download
from rnnapps.text.pairs import Pairs, parse_pairs, read_pairs, read_parallel

ENGLISH = "eng"


@dataclass(frozen=True)
class DatasetSides:
    """What a data set brings.

    Args:
        training: pairs to learn from, and to split off the sides that are None.
        validation: the publisher's own validation side, if there is one.
        test: the publisher's own test side, if there is one.
        licence: of the data.
        report: what a reader should know about how it was read, one line each.
    """

    training: Pairs
    validation: Pairs | None
    test: Pairs | None
    licence: str
    report: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tatoeba:
    """Everyday sentences with translations by volunteers, as manythings.org/anki distributes them.

    The file of a pair, such as deu-eng.zip, holds deu.txt: English<TAB>German and, in newer files, an attribution.
    It is replaced now and then, so that no digest can be given beforehand: that of the first download is recorded
    and checked from then on. Many sentences occur several times with different translations.

    Args:
        source: code of the language to translate from; three letters (ISO 639-3).
        target: code of the language to translate into; one of the two is "eng".
    Raises:
        ValueError: other codes.
    """

    source: str
    target: str

    EXPECTED = "tatoeba:XXX-eng or tatoeba:eng-XXX (XXX a three-letter code such as deu, fra, spa)"
    PUBLISHER = "https://www.manythings.org/anki"
    LICENCE = (
        "CC BY 2.0, https://creativecommons.org/licenses/by/2.0; attribution: tatoeba.org, www.manythings.org/anki"
    )

    def __post_init__(self):
        codes = {self.source, self.target}
        if not (ENGLISH in codes and len(codes) == 2 and all(re.fullmatch("[a-z]{3}", code) for code in codes)):
            raise ValueError(
                f"'tatoeba:{self.source}-{self.target}' is no pair of this set; expected {self.EXPECTED}; "
                f"{self.PUBLISHER} lists them"
            )

    @property
    def other(self) -> str:
        """Code of the language that is not English; the file is called after it."""
        return self.target if self.source == ENGLISH else self.source

    def read(self, path: str | Path | None) -> DatasetSides:
        """Reads a folder with the zip or the text file in it, either of these files, or (None) downloads the zip."""
        file = self._download() if path is None else self._find(Path(path))
        # The file's first column is English.
        columns = (0, 1) if self.source == ENGLISH else (1, 0)
        name = f"{file}/{self.other}.txt"
        pairs = parse_pairs(self._member(file), name, columns) if _is_zip(file) else read_pairs(file, columns)
        return DatasetSides(pairs, None, None, self.LICENCE)

    def _download(self) -> Path:
        name = f"{self.other}-{ENGLISH}.zip"
        url = f"{self.PUBLISHER}/{name}"
        try:
            return download(url, cache_folder() / "tatoeba" / name, check=check_zip)
        except FileNotFoundError:
            raise FileNotFoundError(f"{url}: no such pair; {self.PUBLISHER} lists those that there are") from None
        except ConnectionError as error:
            raise ConnectionError(f"{error}; or get {name} another way and give its folder with --data") from None

    def _find(self, path: Path) -> Path:
        wanted = f"{self.other}-{ENGLISH}.zip", f"{self.other}.txt"
        if path.is_dir():
            found = next((path / name for name in wanted if (path / name).is_file()), None)
            if found is None:
                raise FileNotFoundError(f"{path}: expected {wanted[0]} or {wanted[1]} in this folder{_found(path)}")
            return found
        if not path.is_file():
            raise FileNotFoundError(f"{path}: no such file or folder; expected {wanted[0]} or {wanted[1]}")
        if re.fullmatch("[a-z]{3}.txt", path.name) and path.name != wanted[1]:
            raise ValueError(f"{path}: is another language's file; expected {wanted[1]}")
        if path.suffix == ".zip" and not _is_zip(path):
            raise ValueError(f"{path}: not a zip file, or cut short; get it again from {self.PUBLISHER}")
        return path

    def _member(self, file: Path) -> bytes:
        wanted = f"{self.other}.txt"
        try:
            with zipfile.ZipFile(file) as archive:
                if wanted not in archive.namelist():
                    raise ValueError(f"{file}: holds {', '.join(archive.namelist()) or 'nothing'}; expected {wanted}")
                return archive.read(wanted)
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise ValueError(f"{file}: the zip file is damaged: {error}; get it again from {self.PUBLISHER}") from None


@dataclass(frozen=True)
class Multi30k:
    """Descriptions of photographs in four languages: 29,000 to learn from, 1,014 for validation, 1,000 for the test.

    Read from the raw, cased files of task 1; the test side is test_2016_flickr.

    Args:
        source: code of the language to translate from: cs, de, en or fr.
        target: code of the language to translate into.
    Raises:
        ValueError: other codes.
    """

    source: str
    target: str

    LANGUAGES = ("cs", "de", "en", "fr")
    EXPECTED = "multi30k:A-B (A and B two of cs, de, en, fr)"
    COMMIT = "a3d2e0d26b56f3846f66a952536ffed4e401d05a"
    PUBLISHER = f"https://raw.githubusercontent.com/multi30k/dataset/{COMMIT}/data/task1/raw"
    SIDES = ("train", "val", "test_2016_flickr")
    LICENCE = (
        "no licence file; captions of Flickr30k photographs, 'for non-commercial research and/or educational "
        "purposes' (https://github.com/multi30k/dataset); cite Elliott et al. 2016, W16-3210"
    )
    # Files that are not listed are compared with their own first download.
    DIGESTS = {
        "train.de.gz": "726e39b2fa9eb9ffb6dc763fb35a179f80fae06ffc5d28b6ace5faa883de28a6",
        "train.en.gz": "d79cfa999dd4c51d2cb42499b6796d5a882c3a8a961923c25a898c90f8bbd56f",
        "train.fr.gz": "622e75069e9f4c577425c4f277116ce66e63a2401c0a2312d90073cb12379a3c",
        "val.de.gz": "f0cba2f995189cf5770f29a8a9a537a3ad3f51657ad873405082ff6863a5e75a",
        "val.en.gz": "14f7d25ddd868909a9213e361768460edcacdd6ab9d1e77b92560dc10c10dc28",
        "val.fr.gz": "ca3106f1a72390591d25f6c45cb4cd39dec4cd3f123e099748a3ce5256c160e9",
    }

    def __post_init__(self):
        if self.source == self.target or not {self.source, self.target} <= set(self.LANGUAGES):
            raise ValueError(f"'multi30k:{self.source}-{self.target}' is no pair of this set; expected {self.EXPECTED}")

    def read(self, path: str | Path | None) -> DatasetSides:
        """Reads a folder that holds the files, gzipped or not, or (None) downloads them.

        In a folder the test side may be missing; it is then left to be split off the training pairs.
        """
        folder = self._download() if path is None else Path(path)
        if not folder.is_dir():
            what = "is a file" if folder.exists() else "no such folder"
            raise FileNotFoundError(f"{folder}: {what}; expected a folder that holds train.{self.source}.gz and others")
        training, validation, test = (self._files(folder, side) for side in self.SIDES)
        for side, files in (("train", training), ("val", validation)):
            if files is None:
                wanted = f"{side}.{self.source}.gz and {side}.{self.target}.gz"
                raise FileNotFoundError(f"{folder}: expected {wanted} in this folder{_found(folder)}")
        report = ()
        if test is None:
            report = (f"{folder} does not hold test_2016_flickr: the test side is split off the training pairs",)
        sides = [read_parallel(*files) if files else None for files in (training, validation, test)]
        return DatasetSides(*sides, self.LICENCE, report)

    def _files(self, folder: Path, side: str) -> list[Path] | None:
        """The side's two files; None unless both are there."""
        files = []
        for language in (self.source, self.target):
            either = (folder / f"{side}.{language}.gz", folder / f"{side}.{language}")
            files += [path for path in either if path.is_file()][:1]
        return files if len(files) == 2 else None

    def _download(self) -> Path:
        folder = cache_folder() / "multi30k" / self.COMMIT[:12]
        for name in (f"{side}.{language}.gz" for side in self.SIDES for language in (self.source, self.target)):
            try:
                download(f"{self.PUBLISHER}/{name}", folder / name, self.DIGESTS.get(name))
            except ConnectionError as error:
                raise ConnectionError(
                    f"{error}; or get the files another way and give their folder with --data"
                ) from None
        return folder


CATALOGUE = {"tatoeba": Tatoeba, "multi30k": Multi30k}


def find_dataset(name: str) -> Tatoeba | Multi30k:
    """The data set that a user means by `name`; of tatoeba:deu-eng the first language is translated into the second.

    Raises:
        ValueError: no such set, or no such pair of languages in it; the message lists what there is.
    """
    kind, _, languages = name.partition(":")
    source, dash, target = languages.partition("-")
    if kind not in CATALOGUE or not dash:
        allowed = " or ".join(each.EXPECTED for each in CATALOGUE.values())
        raise ValueError(f"data.dataset: {name!r} is not a known data set; expected {allowed}")
    try:
        return CATALOGUE[kind](source, target)
    except ValueError as error:
        raise ValueError(f"data.dataset: {error}") from None


def _is_zip(path: Path) -> bool:
    return zipfile.is_zipfile(path)


def _found(folder: Path, shown: int = 6) -> str:
    names = sorted(path.name for path in folder.iterdir())
    if not names:
        return ", which is empty"
    return ", found " + ", ".join(names[:shown]) + (", ..." if len(names) > shown else "")
