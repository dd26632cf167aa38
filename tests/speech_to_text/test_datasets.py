"""Data sets by name: downloaded once, verified, unpacked, or from a folder."""

import hashlib
import io
import tarfile
import zipfile

import numpy as np
import pytest
import soundfile

from apps.speech_to_text.config import DataConfig
from apps.speech_to_text.data import read_corpus
from apps.speech_to_text.datasets import Fsdd, LibriSpeech, LjSpeech, find_dataset
from tests.loopback_server import Site, serving


def sound(format="WAV"):
    content = io.BytesIO()
    soundfile.write(content, np.full(80, 0.1, np.float32), 8000, format=format)
    return content.getvalue()


def tar(members, form):
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode=f"w:{form}") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return content.getvalue()


def zipped(members):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return content.getvalue()


def chapter(part="dev-clean", rows=4):
    base = f"LibriSpeech/{part}/84/121"
    members = {f"{base}/84-121-{n:04d}.flac": sound("FLAC") for n in range(rows)}
    return members | {f"{base}/84-121.trans.txt": "".join(f"84-121-{n:04d} YES\n" for n in range(rows)).encode()}


FSDD = {f"free-spoken-digit-dataset-26eb/recordings/{d}_ann_{n}.wav": sound() for d in (1, 2) for n in range(4, 8)}


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("RNNAPPS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def publish_librispeech(monkeypatch, site, part="dev-clean", digest=None):
    monkeypatch.setattr(LibriSpeech, "PUBLISHER", site.url.rpartition("/")[0])
    sums = {part: digest or hashlib.sha256(site.content).hexdigest()}
    monkeypatch.setattr(LibriSpeech, "DIGESTS", LibriSpeech.DIGESTS | sums)


def publish_fsdd(monkeypatch, site, members):
    content = hashlib.sha256()
    for name in sorted(members):
        content.update(name.rpartition("/")[2].encode() + hashlib.sha256(members[name]).digest())
    monkeypatch.setattr(Fsdd, "URL", site.url)
    monkeypatch.setattr(Fsdd, "CONTENT", content.hexdigest())


def test_a_part_is_downloaded_and_unpacked_once(cache, monkeypatch):
    site = Site(tar(chapter(), "gz"))
    with serving(site):
        publish_librispeech(monkeypatch, site)
        corpora = [read_corpus(DataConfig(dataset="librispeech:dev-clean")) for _ in range(2)]
    assert len(site.requests) == 1
    assert [[len(side) for side in corpus.sides.values()] for corpus in corpora] == [[2, 1, 1]] * 2
    assert corpora[0].licence.startswith("CC BY 4.0")
    assert not list((cache / "librispeech").glob("*.tar.gz*"))


def test_an_archive_with_another_digest_is_refused(cache, monkeypatch):
    site = Site(tar(chapter(), "gz"))
    with serving(site):
        publish_librispeech(monkeypatch, site, digest="0" * 64)
        with pytest.raises(ValueError, match="checksum mismatch: expected sha256 000"):
            read_corpus(DataConfig(dataset="librispeech:dev-clean"))
    assert not (cache / "librispeech" / "LibriSpeech").exists()


def test_a_digest_of_another_kind_is_compared_too(cache, monkeypatch):
    site = Site(tar(chapter("dev-clean-2"), "gz"))
    with serving(site):
        publish_librispeech(monkeypatch, site)
        with pytest.raises(ValueError, match="checksum mismatch: expected md5 6d7ab67a"):
            read_corpus(DataConfig(dataset="librispeech:dev-clean-2"))


def test_what_an_interruption_left_half_unpacked_is_unpacked_anew(cache, monkeypatch):
    half = cache / "librispeech" / "dev-clean.tar.gz.unpacking" / "LibriSpeech" / "dev-clean" / "99"
    half.mkdir(parents=True)
    site = Site(tar(chapter(), "gz"))
    with serving(site):
        publish_librispeech(monkeypatch, site)
        assert len(read_corpus(DataConfig(dataset="librispeech:dev-clean")).training) == 2
    assert not list(cache.rglob("99"))


def test_an_archive_that_reaches_out_of_its_folder_is_refused(cache, tmp_path, monkeypatch):
    site = Site(tar({"../../../escaped.txt": b"x"}, "gz"))
    with serving(site):
        publish_librispeech(monkeypatch, site)
        with pytest.raises(OSError, match="cannot be unpacked"):
            read_corpus(DataConfig(dataset="librispeech:dev-clean"))
    assert not list(tmp_path.rglob("escaped.txt"))


def test_a_part_to_learn_from_brings_its_held_out_parts():
    assert LibriSpeech("train-clean-5").parts == ("train-clean-5", "dev-clean-2", "test-clean")
    assert LibriSpeech("train-other-500").parts == ("train-other-500", "dev-other", "test-other")


def test_only_the_parts_that_were_asked_for_are_read_from_a_folder(tmp_path):
    for part in ("train-clean-100", "train-clean-360", "dev-clean", "dev-other", "test-clean"):
        for name, data in chapter(part, 2).items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(data)
    corpus = read_corpus(DataConfig(dataset="librispeech:train-clean-100", path=str(tmp_path)))
    assert [len(side) for side in corpus.sides.values()] == [2, 2, 2]
    assert corpus.training[0].name.startswith("LibriSpeech/train-clean-100/")


def test_a_folder_without_the_part_is_told(tmp_path):
    for name, data in chapter().items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    with pytest.raises(FileNotFoundError, match="no folder train-clean-5 of LibriSpeech in it"):
        read_corpus(DataConfig(dataset="librispeech:train-clean-5", path=str(tmp_path)))


def test_ljspeech_is_downloaded_and_unpacked(cache, monkeypatch):
    rows = "".join(f"LJ{n}|Yes {n}.|Yes.\n" for n in range(4)).encode()
    members = {f"LJSpeech-1.1/wavs/LJ{n}.wav": sound() for n in range(4)} | {"LJSpeech-1.1/metadata.csv": rows}
    site = Site(tar(members, "bz2"))
    with serving(site):
        monkeypatch.setattr(LjSpeech, "URL", site.url + ".tar.bz2")
        monkeypatch.setattr(LjSpeech, "DIGEST", hashlib.sha256(site.content).hexdigest())
        corpus = read_corpus(DataConfig(dataset="ljspeech"))
    assert [len(side) for side in corpus.sides.values()] == [2, 1, 1]
    assert len(corpus.training[0].waveform(8000)) == 80


def test_fsdd_is_downloaded_and_read_from_its_archive(cache, monkeypatch):
    site = Site(zipped(FSDD))
    with serving(site):
        publish_fsdd(monkeypatch, site, FSDD)
        corpora = [read_corpus(DataConfig(dataset="fsdd")) for _ in range(2)]
    assert len(site.requests) == 1
    assert [len(side) for side in corpora[1].sides.values()] == [5, 1, 2]
    assert corpora[1].test[0].text == "one"


def test_an_archive_of_other_digits_is_refused(cache, monkeypatch):
    site = Site(zipped(FSDD | {"recordings/3_ann_4.wav": sound()}))
    with serving(site):
        publish_fsdd(monkeypatch, site, FSDD)
        with pytest.raises(ValueError, match="other recordings than those of 26eb9aaf76e8: 9 of them"):
            read_corpus(DataConfig(dataset="fsdd"))


def test_names_are_sets():
    assert (find_dataset("fsdd"), find_dataset("ljspeech")) == (Fsdd(), LjSpeech())
    assert find_dataset("librispeech:dev-other") == LibriSpeech("dev-other")
