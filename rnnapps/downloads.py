"""Downloads that are verified, resumed after an interruption and kept in a cache."""

from __future__ import annotations

import errno
import hashlib
import http.client
import json
import os
import ssl
import sys
import time
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

CHUNK = 1 << 16
# Some servers refuse the name that urllib gives itself.
AGENT = "Mozilla/5.0 (compatible; rnnapps)"
DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
GONE = (404, 410)
PASSING = (408, 425, 429)


class _Transient(Exception):
    """What may be over when asked again; its text says what it was."""


def cache_folder() -> Path:
    """Where downloads are kept: $RNNAPPS_CACHE, else rnnapps in $XDG_CACHE_HOME, else ~/.cache/rnnapps."""
    if chosen := os.environ.get("RNNAPPS_CACHE"):
        return Path(chosen).expanduser()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base and Path(base).is_absolute() else Path.home() / ".cache") / "rnnapps"


def download(
    url: str,
    path: str | Path,
    sha256: str | None = None,
    check: Callable[[Path], None] | None = None,
    progress: Callable[[int, int | None], None] | None = None,
    attempts: int = 5,
    wait: float = 1.0,
    timeout: float = 30.0,
) -> Path:
    """Fetches a file unless it is there already, and returns its path.

    The body is written to `path` + ".partial" and renamed once it is complete and verified, so that `path` is
    always a whole file. What a cut connection, Ctrl-C or a full disk leaves is resumed by the next call, unless the
    server's ETag or Last-Modified says that the file has changed since. Timeouts, broken connections and
    server errors are tried again after a growing pause.

    Without `sha256` the digest of the first download is written to `path` + ".sha256" (a line that
    `sha256sum -c` reads), and the cached file and every later download are compared with it: the publisher may
    put up a new file at any time, but a run repeated here reads what it read before.

    Args:
        url: what to fetch, http or https.
        path: file to write; its folder is made.
        sha256: the published digest, hexadecimal.
        check: called with a downloaded file that is complete, before it is accepted; raises ValueError for one
            that is not what was asked for, such as the error page of a server that says 200. See `check_zip`.
        progress: called with the bytes so far and in all (None: unknown); by default a line on standard error
            when that is a terminal.
        attempts: tries in a row that bring no new byte before giving up.
        wait: seconds before the second try, doubled for each one after.
        timeout: seconds without an answer.
    Raises:
        FileNotFoundError: the server has no such file.
        ValueError: the file's digest is not the expected one, or `check` refused it; nothing of it is kept.
        ConnectionError: the server cannot be reached or refuses; what has arrived is kept.
        OSError: the file cannot be written; what has arrived is kept.
    """
    path = Path(path)
    expected = sha256.lower() if sha256 else _recorded(path)
    if path.is_file() and (expected is None or _digest(path) == expected):
        if expected is None:
            _record(path, _digest(path))
        return path
    partial = _beside(path, ".partial")
    with _telling_disk_errors(partial):
        path.parent.mkdir(parents=True, exist_ok=True)
        shown = progress or _Progress(path.name)
        _fetch_patiently(url, partial, shown, attempts, wait, timeout)
    found = _digest(partial)
    try:
        if expected is not None and found != expected:
            advice = "try again later" if sha256 else f"delete {_beside(path, '.sha256')} to accept the new file"
            whose = "expected" if sha256 else "the first download had"
            raise ValueError(f"{url}: checksum mismatch: {whose} sha256 {expected}, found {found}; {advice}")
        if check is not None:
            try:
                check(partial)
            except ValueError as error:
                raise ValueError(f"{url}: not the expected file: {error}") from None
    except ValueError:
        _discard(partial)
        raise
    if expected is None:
        _record(path, found)
    partial.replace(path)
    _discard(partial)
    return path


def check_zip(path: str | Path) -> None:
    """Raises ValueError unless `path` is a zip file whose members all match their CRC."""
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ValueError(f"{path}: not a zip file, or a damaged one: {error}") from None
    if damaged is not None:
        raise ValueError(f"{path}: {damaged} in the zip file is damaged")


def _fetch_patiently(url, partial, progress, attempts, wait, timeout) -> None:
    failures, farthest = 0, _size(partial)
    while True:
        try:
            return _fetch(url, partial, progress, timeout)
        except _Transient as error:
            reached = _size(partial)
            # A server that cuts every connection after a while still gets us there, as long as bytes arrive.
            failures, farthest = (1, reached) if reached > farthest else (failures + 1, farthest)
            if failures >= attempts:
                kept = f"; the {reached:,} bytes that arrived are kept, run the command again to resume"
                raise ConnectionError(f"{url}: cannot be downloaded: {error}{kept if reached else ''}") from None
            time.sleep(wait * 2 ** (failures - 1))


def _fetch(url: str, partial: Path, progress: Callable, timeout: float) -> None:
    """One request for what is missing; raises _Transient if it may be asked for again."""
    headers = {"User-Agent": AGENT, "Accept-Encoding": "identity"}
    offset, validator = _size(partial), _validator(partial, url)
    if offset and validator:
        headers |= {"Range": f"bytes={offset}-", "If-Range": validator}
    with _open(urllib.request.Request(url, headers=headers), url, partial, timeout) as answer:
        resumed = answer.status == 206
        if resumed and not answer.headers.get("Content-Range", "").startswith(f"bytes {offset}-"):
            _discard(partial)
            raise _Transient("the server resumed at another place than asked")
        if not resumed:
            offset = 0
            _remember_validator(partial, url, answer.headers)
        length = answer.headers.get("Content-Length")
        total = offset + int(length) if length is not None and length.isdecimal() else None
        with partial.open("ab" if resumed else "wb") as file:
            done = offset
            progress(done, total)
            while chunk := _read(answer):
                file.write(chunk)
                file.flush()
                done += len(chunk)
                progress(done, total)
    if total is not None and done < total:
        raise _Transient(f"the connection ended after {done:,} of {total:,} bytes")
    if _size(partial) != done:  # two processes wrote to it
        _discard(partial)
        raise _Transient("another download of the same file was under way")


def _open(request: urllib.request.Request, url: str, partial: Path, timeout: float):
    try:
        return urllib.request.urlopen(request, timeout=timeout)
    except urllib.error.HTTPError as error:
        error.close()
        reason = f"the server answered {error.code} {error.reason}"
        if error.code in GONE:
            raise FileNotFoundError(f"{url}: no such file on the server ({error.code})") from None
        if error.code == 416:  # the file is no longer than what we have: start again
            _discard(partial)
        if error.code in (*PASSING, 416) or error.code >= 500:
            raise _Transient(reason) from None
        raise ConnectionError(f"{url}: cannot be downloaded: {reason}") from None
    except urllib.error.URLError as error:
        if isinstance(error.reason, ssl.SSLCertVerificationError):
            raise ConnectionError(f"{url}: cannot be downloaded: {error.reason}") from None
        raise _Transient(str(error.reason)) from None
    except (http.client.HTTPException, OSError) as error:
        raise _Transient(str(error) or type(error).__name__) from None


def _read(answer) -> bytes:
    try:
        return answer.read(CHUNK)
    except (http.client.HTTPException, OSError) as error:
        raise _Transient(str(error) or type(error).__name__) from None


@contextmanager
def _telling_disk_errors(partial: Path) -> Iterator[None]:
    """Turns a full or unwritable disk into one line that says what is kept. Errors of the network have no errno."""
    try:
        yield
    except OSError as error:
        if error.errno is None:
            raise
        if error.errno in DISK_FULL:
            kept = f"{_size(partial):,} bytes are kept in {partial}"
            raise OSError(f"{partial.parent}: no space left; {kept}: make room and run again") from None
        raise OSError(f"{partial}: cannot be written: {error.strerror}") from None


class _Progress:
    """A line on standard error, where that is a terminal."""

    def __init__(self, name: str):
        self.name, self.next = name, 0.0

    def __call__(self, done: int, total: int | None) -> None:
        ended = done == total
        if not sys.stderr.isatty() or (time.monotonic() < self.next and not ended):
            return
        self.next = time.monotonic() + 0.1
        share = f" of {total / 1e6:.1f} MB ({done / max(total, 1):.0%})" if total is not None else " MB"
        print(f"\r{self.name}: {done / 1e6:.1f}{share}", end="\n" if ended else "", file=sys.stderr, flush=True)


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _recorded(path: Path) -> str | None:
    record = _beside(path, ".sha256")
    words = record.read_text(encoding="utf-8").split() if record.is_file() else []
    return words[0].lower() if words else None


def _record(path: Path, digest: str) -> None:
    _beside(path, ".sha256").write_text(f"{digest}  {path.name}\n", encoding="utf-8")


def _remember_validator(partial: Path, url: str, headers) -> None:
    tag = headers.get("ETag", "")
    # A weak tag promises the same meaning, not the same bytes.
    validator = tag if tag and not tag.startswith("W/") else headers.get("Last-Modified")
    partial.unlink(missing_ok=True)
    _beside(partial, ".json").write_text(json.dumps({"url": url, "validator": validator}), encoding="utf-8")


def _validator(partial: Path, url: str) -> str | None:
    """What says whether the server's file is still the one that `partial` is the beginning of."""
    try:
        stored = json.loads(_beside(partial, ".json").read_text(encoding="utf-8"))
        return stored["validator"] if stored["url"] == url else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _discard(partial: Path) -> None:
    for leftover in (partial, _beside(partial, ".json")):
        leftover.unlink(missing_ok=True)
