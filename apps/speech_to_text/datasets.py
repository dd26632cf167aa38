"""Public data sets by name: read from the disk where they are, else downloaded into the cache."""

from __future__ import annotations

import dataclasses
import hashlib
import shutil
import tarfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rnnapps.audio.archive import Archive
from rnnapps.downloads import cache_folder, check_zip, download

from .layouts import FSDD_NAME, PART, Listing, read_fsdd, read_librispeech, read_ljspeech


@dataclass(frozen=True)
class Fsdd:
    """Free Spoken Digit Dataset: 3000 recordings of ten digits by six speakers, 8000 samples per second, 16 MB.

    The archive that GitHub makes of a commit may change in its bytes, so the recordings in it are what is compared.
    """

    COMMIT = "26eb9aaf76e81b692f806f9140c2d2777410d7a1"
    URL = f"https://codeload.github.com/Jakobovski/free-spoken-digit-dataset/zip/{COMMIT}"
    CONTENT = "0fbe6612aaa20a80ef4371894a46e060038337a518fe3d4728cb7eee7caa013c"

    def listing(self, path: str | Path | None) -> Listing:
        """Reads a folder or a zip of the recordings, or (None) downloads them."""
        if path is not None:
            return read_fsdd(_existing(path))
        file = cache_folder() / "fsdd" / f"{self.COMMIT[:12]}.zip"
        try:
            return read_fsdd(download(self.URL, file, check=self._check))
        except ConnectionError as error:
            raise _with_advice(error, "recordings.zip") from None

    def _check(self, file: Path) -> None:
        check_zip(file)
        archive = Archive(file)
        names = {name.rpartition("/")[2]: name for name in archive.names if FSDD_NAME.fullmatch(name)}
        content = hashlib.sha256()
        for short in sorted(names):
            content.update(short.encode() + hashlib.sha256(archive.read(names[short])).digest())
        if content.hexdigest() != self.CONTENT:
            raise ValueError(f"other recordings than those of {self.COMMIT[:12]}: {len(names):,} of them")


@dataclass(frozen=True)
class LjSpeech:
    """LJ Speech 1.1: 13,100 sentences, 24 hours, read by one speaker from books; 2.7 GB to download."""

    URL = "https://data.keithito.com/data/speech/LJSpeech-1.1.tar.bz2"
    DIGEST = "be1a30453f28eb8dd26af4101ae40cbf2c50413b1bb21936cbcdc6fae3de8aa5"
    LICENCE = "public domain; LJ Speech Dataset, Keith Ito and Linda Johnson, https://keithito.com/LJ-Speech-Dataset"

    def listing(self, path: str | Path | None) -> Listing:
        """Reads a folder with metadata.csv and wavs/ in it, or (None) downloads the archive and unpacks it."""
        if path is None:
            folder = cache_folder() / "ljspeech"
            path = _unpacked(self.URL, folder, folder / "LJSpeech-1.1", sha256=self.DIGEST)
        return dataclasses.replace(read_ljspeech(_existing(path)), licence=self.LICENCE)


@dataclass(frozen=True)
class LibriSpeech:
    """LibriSpeech: English audiobooks, 16000 samples per second.

    A part to learn from brings the official validation and test parts of its kind.

    Args:
        part: train-clean-5 (of Mini LibriSpeech), train-clean-100, train-clean-360, train-other-500, or one of the
            others alone, which is then split.
    """

    part: str

    LICENCE = "CC BY 4.0, https://creativecommons.org/licenses/by/4.0; LibriSpeech, Panayotov et al. 2015"
    PUBLISHER = "https://www.openslr.org/resources"
    DIGESTS = {
        "dev-clean": "76f87d090650617fca0cac8f88b9416e0ebf80350acb97b343a85fa903728ab3",
        "dev-other": "12661c48e8c3fe1de2c1caa4c3e135193bfb1811584f11f569dd12645aa84365",
        "test-clean": "39fde525e59672dc6d1551919b1478f724438a95aa55f874b576be21967e6c23",
        "test-other": "d09c181bba5cf717b3dee7d4d592af11a3ee3a09e08ae025c5506f6ebe961c29",
        "train-clean-100": "d4ddd1d5a6ab303066f14971d768ee43278a5f2a0aa43dc716b0e64ecbbbf6e2",
        "train-clean-360": "146a56496217e96c14334a160df97fffedd6e0a04e66b9c5af0d40be3c792ecf",
        "train-other-500": "ddb22f27f96ec163645d53215559df6aa36515f26e01dd70798188350adcb6d2",
    }
    # The publisher gives MD5 digests only.
    MINI = {
        "train-clean-5": "5df7d4e78065366204ca6845bb08f490",
        "dev-clean-2": "6d7ab67ac6a1d2c993d050e16d61080d",
    }

    def __post_init__(self):
        if self.part not in {**self.DIGESTS, **self.MINI}:
            raise ValueError(f"librispeech:{self.part} is no part; expected one of {', '.join(self.parts_there_are())}")

    @classmethod
    def parts_there_are(cls) -> list[str]:
        """Names of all parts, those to learn from first."""
        return sorted({**cls.DIGESTS, **cls.MINI}, key=lambda part: (not part.startswith("train"), part))

    @property
    def parts(self) -> tuple[str, ...]:
        """The part, and the held-out parts that go with it."""
        if not self.part.startswith("train"):
            return (self.part,)
        if self.part in self.MINI:
            return (self.part, "dev-clean-2", "test-clean")
        kind = self.part.split("-")[1]
        return (self.part, f"dev-{kind}", f"test-{kind}")

    def listing(self, path: str | Path | None) -> Listing:
        """Reads a folder that holds the parts, as they are distributed, or (None) downloads and unpacks them."""
        base = _existing(path) if path is not None else cache_folder() / "librispeech"
        if path is None:
            for part in self.parts:
                self._fetch(part, base)
        found = read_librispeech(base)
        if base.name == self.part:
            return dataclasses.replace(found, licence=self.LICENCE)
        rows = [row for row in found.rows if _part_of(row.path) in self.parts]
        if not any(_part_of(row.path) == self.part for row in rows):
            raise FileNotFoundError(f"{base}: no folder {self.part} of LibriSpeech in it")
        if len(self.parts) == 1:
            rows = [dataclasses.replace(row, side=None) for row in rows]
        return dataclasses.replace(found, rows=rows, licence=self.LICENCE)

    def _fetch(self, part: str, base: Path) -> None:
        number = 31 if part in self.MINI else 12
        md5 = self.MINI.get(part)
        _unpacked(
            f"{self.PUBLISHER}/{number}/{part}.tar.gz",
            base,
            base / "LibriSpeech" / part,
            sha256=self.DIGESTS.get(part),
            check=partial(_check_md5, expected=md5) if md5 else None,
        )


def find_dataset(name: str) -> Fsdd | LjSpeech | LibriSpeech:
    """The data set that a user means by `name`.

    Raises:
        ValueError: no such set; the message lists what there is.
    """
    kind, _, part = name.partition(":")
    if name == "fsdd":
        return Fsdd()
    if name == "ljspeech":
        return LjSpeech()
    if kind != "librispeech":
        raise ValueError(
            f"data.dataset: {name!r} is not a known data set; expected fsdd, ljspeech or librispeech:PART (PART one of "
            f"{', '.join(LibriSpeech.parts_there_are())})"
        )
    try:
        return LibriSpeech(part)
    except ValueError as error:
        raise ValueError(f"data.dataset: {error}") from None


def _extract(members: tarfile.TarFile, folder: Path) -> None:
    """Unpacks files and folders; anything else, or a name that leads out of `folder`, is a TarError."""
    # Python's own filter came with 3.11.4 only, and 3.10 is enough for this project.
    members.extraction_filter = getattr(tarfile, "data_filter", None)
    for member in members:
        inside = (folder / member.name).resolve().is_relative_to(folder.resolve())
        if not inside or not (member.isfile() or member.isdir()):
            raise tarfile.TarError(f"{member.name} is no file inside it")
        members.extract(member, folder)


def _unpacked(url: str, folder: Path, there: Path, **options) -> Path:
    """Downloads an archive, unpacks it into `folder`, and deletes it; `there` is what it brings."""
    if there.is_dir():
        return there
    archive = folder / url.rpartition("/")[2]
    try:
        download(url, archive, **options)
    except ConnectionError as error:
        raise _with_advice(error, archive.name) from None
    half = folder / f"{archive.name}.unpacking"
    shutil.rmtree(half, ignore_errors=True)
    try:
        # As a stream: a seek in such an archive would unpack it from its beginning.
        with tarfile.open(archive, "r|*") as members:
            _extract(members, half)
    except (tarfile.TarError, EOFError, OSError) as error:
        shutil.rmtree(half, ignore_errors=True)
        raise OSError(f"{archive}: cannot be unpacked: {error}") from None
    there.parent.mkdir(parents=True, exist_ok=True)
    (half / there.relative_to(folder)).rename(there)
    shutil.rmtree(half)
    archive.unlink()
    return there


def _check_md5(file: Path, expected: str) -> None:
    digest = hashlib.md5(usedforsecurity=False)
    with file.open("rb") as content:
        while chunk := content.read(1 << 20):
            digest.update(chunk)
    if (found := digest.hexdigest()) != expected:
        raise ValueError(f"checksum mismatch: expected md5 {expected}, found {found}")


def _part_of(path: str) -> str:
    return next((part for part in Path(path).parts if PART.fullmatch(part)), "")


def _existing(path: str | Path) -> Path:
    if not Path(path).exists():
        raise FileNotFoundError(f"{path}: no such file or folder")
    return Path(path)


def _with_advice(error: ConnectionError, name: str) -> ConnectionError:
    return ConnectionError(f"{error}; or get {name} another way and give its folder with --data")
