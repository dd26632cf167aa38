"""Downloads against a real server on this machine: whole, verified, resumed, cached, or one clear line."""

import errno
import hashlib
import io
import re
import socket
import zipfile
from pathlib import Path

import pytest

from rnnapps import downloads
from rnnapps.downloads import cache_folder, check_zip, download
from tests.loopback_server import Site, serving

CONTENT = bytes(range(256)) * 40
DIGEST = hashlib.sha256(CONTENT).hexdigest()
CHANGED = b"new" + CONTENT


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def site():
    with serving(Site(CONTENT)) as running:
        yield running


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cache" / "file.bin"


def fetch(site, path, **options) -> bytes:
    return download(site.url, path, **{"wait": 0, **options}).read_bytes()


def names(path) -> set[str]:
    return {found.name for found in path.parent.iterdir()}


def message(error, *arguments, **options) -> str:
    with pytest.raises(error) as raised:
        fetch(*arguments, **options)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def ranges(site) -> list[str | None]:
    return [headers.get("Range") for headers in site.requests]


def test_a_file_is_fetched_and_nothing_else_is_left(site, path):
    assert fetch(site, path, sha256=DIGEST) == CONTENT
    assert names(path) == {"file.bin"}


def test_a_verified_file_is_not_fetched_again(site, path):
    fetch(site, path, sha256=DIGEST)
    assert fetch(site, path, sha256=DIGEST.upper()) == CONTENT
    assert len(site.requests) == 1


def test_a_damaged_file_in_the_cache_is_fetched_again(site, path):
    fetch(site, path, sha256=DIGEST)
    path.write_bytes(b"damaged")
    assert fetch(site, path, sha256=DIGEST) == CONTENT


@pytest.mark.parametrize("validator", ["ETag", "Last-Modified"])
def test_a_connection_that_is_cut_is_resumed_where_it_ended(site, path, validator):
    site.cuts, site.validator = [1000, 2000], validator
    assert fetch(site, path, sha256=DIGEST) == CONTENT
    assert ranges(site) == [None, "bytes=1000-", "bytes=3000-"]


def test_what_arrived_before_giving_up_is_resumed_by_the_next_call(site, path):
    site.cuts = [1000, 0]
    text = message(ConnectionError, site, path, sha256=DIGEST, attempts=2)
    assert "ended after 1,000 of 10,240 bytes" in text and "1,000 bytes that arrived are kept" in text
    assert names(path) == {"file.bin.partial", "file.bin.partial.json"}
    assert fetch(site, path, sha256=DIGEST) == CONTENT
    assert ranges(site)[-1] == "bytes=1000-"
    assert names(path) == {"file.bin"}


def test_as_long_as_bytes_arrive_it_goes_on(site, path):
    site.cuts = [500] * 12
    assert fetch(site, path, sha256=DIGEST, attempts=2) == CONTENT


def test_a_file_that_changed_meanwhile_starts_again(site, path):
    site.cuts = [1000, 0]
    message(ConnectionError, site, path, attempts=2)
    site.content = CHANGED
    assert fetch(site, path) == CHANGED


def test_without_a_version_of_the_file_nothing_is_resumed(site, path):
    site.cuts, site.validator = [1000], ""
    assert fetch(site, path) == CONTENT
    assert ranges(site) == [None, None]


def test_the_beginning_of_another_address_is_not_resumed(site, path):
    site.cuts = [1000, 0]
    message(ConnectionError, site, path, attempts=2)
    assert download(site.url + "?other", path).read_bytes() == CONTENT
    assert ranges(site)[-1] is None


@pytest.mark.parametrize("status", [500, 503, 429, 408])
def test_an_error_that_may_pass_is_tried_again(site, path, status):
    site.failures = [status, status]
    assert fetch(site, path) == CONTENT
    assert len(site.requests) == 3


def test_pauses_between_tries_double(site, path, monkeypatch):
    pauses = []
    monkeypatch.setattr(downloads.time, "sleep", pauses.append)
    site.failures = [503] * 3
    fetch(site, path, wait=2)
    assert pauses == [2, 4, 8]


def test_a_server_that_stays_out_of_order_is_told_in_one_line(site, path):
    site.failures = [503] * 9
    text = message(ConnectionError, site, path, attempts=3)
    assert text == f"{site.url}: cannot be downloaded: the server answered 503 Service Unavailable"
    assert len(site.requests) == 3


@pytest.mark.parametrize("status, error", [(404, FileNotFoundError), (410, FileNotFoundError), (403, ConnectionError)])
def test_a_refusal_is_not_tried_again(site, path, status, error):
    site.failures = [status]
    assert str(status) in message(error, site, path)
    assert len(site.requests) == 1


def test_no_server_is_one_line_that_names_the_address(path):
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    text = message(ConnectionError, Site(b"", f"http://127.0.0.1:{port}/x"), path, attempts=2)
    assert text.startswith(f"http://127.0.0.1:{port}/x: cannot be downloaded: ")
    assert "refused" in text


def test_a_silent_server_is_one_line(path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/x"
        assert "timed out" in message(ConnectionError, Site(b"", url), path, attempts=1, timeout=0.1)


def test_another_checksum_names_both_and_keeps_nothing(site, path):
    text = message(ValueError, site, path, sha256="0" * 64)
    assert text.startswith(f"{site.url}: checksum mismatch: expected sha256 {'0' * 64}, found {DIGEST}")
    assert names(path) == set()


def test_the_first_digest_is_recorded_as_sha256sum_reads_it(site, path):
    fetch(site, path)
    assert (path.parent / "file.bin.sha256").read_text() == f"{DIGEST}  file.bin\n"


def test_a_file_that_differs_from_the_first_download_is_told(site, path):
    fetch(site, path)
    path.unlink()
    site.content = CHANGED
    text = message(ValueError, site, path)
    assert f"the first download had sha256 {DIGEST}, found {hashlib.sha256(CHANGED).hexdigest()}" in text
    assert "delete " in text and "file.bin.sha256 to accept the new file" in text


def test_a_cached_file_is_compared_with_the_recorded_digest(site, path):
    fetch(site, path)
    path.write_bytes(b"damaged")
    assert fetch(site, path) == CONTENT
    assert len(site.requests) == 2


def test_a_file_that_the_check_refuses_is_not_kept(site, path):
    text = message(ValueError, site, path, check=check_zip)
    assert text.startswith(f"{site.url}: not the expected file: ") and "not a zip file" in text
    assert names(path) == set()


def test_a_full_disk_is_one_line_and_keeps_what_was_written(site, path, monkeypatch):
    room = [3000]
    monkeypatch.setattr(downloads, "CHUNK", 1000)
    opened = Path.open

    class FullAfterRoom(io.FileIO):
        def write(self, data):
            room[0] -= len(data)
            if room[0] < 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            return super().write(data)

    def open_on_small_disk(self, mode="r", *args, **kwargs):
        return FullAfterRoom(self, mode) if self.suffix == ".partial" and "r" not in mode else opened(self, mode)

    monkeypatch.setattr(Path, "open", open_on_small_disk)
    text = message(OSError, site, path)
    assert text.startswith(f"{path.parent}: no space left; 3,000 bytes are kept in {path}.partial")
    monkeypatch.setattr(Path, "open", opened)
    assert fetch(site, path) == CONTENT
    assert ranges(site) == [None, "bytes=3000-"]


def test_a_folder_that_cannot_be_made_is_one_line(site, tmp_path):
    (tmp_path / "file").write_text("in the way")
    assert "cannot be written" in message(OSError, site, tmp_path / "file" / "file.bin")


def test_control_c_leaves_a_beginning_that_is_resumed(site, path, monkeypatch):
    monkeypatch.setattr(downloads, "CHUNK", 1000)

    def interrupt(done, total):
        assert total == len(CONTENT)
        if done == 4000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(site, path, progress=interrupt)
    assert fetch(site, path) == CONTENT
    assert ranges(site) == [None, "bytes=4000-"]


def test_progress_is_silent_without_a_terminal(site, path, capsys):
    fetch(site, path)
    assert capsys.readouterr().err == ""


def test_progress_on_a_terminal_ends_with_the_whole_file(site, path, capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    fetch(site, path)
    assert capsys.readouterr().err.endswith("\rfile.bin: 0.0 of 0.0 MB (100%)\n")


def test_a_good_zip_passes_and_a_damaged_one_names_its_member(tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("deu.txt", "Go.\tGeh.\n")
    check_zip(path)
    path.write_bytes(path.read_bytes().replace(b"Geh.", b"Geb."))
    with pytest.raises(ValueError, match=re.escape("deu.txt in the zip file is damaged")):
        check_zip(path)


@pytest.mark.parametrize(
    "variables, folder",
    [
        ({"RNNAPPS_CACHE": "/data/c", "XDG_CACHE_HOME": "/xdg"}, "/data/c"),
        ({"XDG_CACHE_HOME": "/xdg"}, "/xdg/rnnapps"),
        ({"XDG_CACHE_HOME": "relative"}, "/home/me/.cache/rnnapps"),
        ({}, "/home/me/.cache/rnnapps"),
    ],
)
def test_the_cache_is_where_the_environment_says(monkeypatch, variables, folder):
    for name in ("RNNAPPS_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": "/home/me", **variables}.items():
        monkeypatch.setenv(name, value)
    assert cache_folder() == Path(folder)
