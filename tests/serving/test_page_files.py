"""The page of an application: its own part in the frame that all share."""

from pathlib import Path

import pytest

from rnnapps.serving import read_page

APPS = Path(__file__).parents[2] / "apps"


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Folder of an application with a page, of a name that no other test has imported."""
    folder = tmp_path / f"made_{tmp_path.name}" / "page"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").touch()
    (folder / "main.html").write_text("<p>own $part</p>", encoding="utf-8")
    (folder / "main.js").write_text("1;", encoding="utf-8")
    (folder / "notes.txt").write_text("not for clients", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    return folder.parent


def test_the_own_part_stands_in_the_frame(package):
    page = read_page(package.name, "A & B")[""].content.decode()
    assert page.startswith("<!doctype html>") and "<title>A &amp; B</title>" in page
    assert page.index("<main>") < page.index("<p>own $part</p>") < page.index("</main>") < page.index("<footer>")


def test_files_of_both_are_served_and_no_others(package):
    assert set(read_page(package.name, "A")) == {"", "main.js", "common.js", "style.css"}


def test_files_of_the_run_are_served_below_their_folder(package, tmp_path):
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "1.wav").write_bytes(b"RIFF")
    found = read_page(package.name, "A", examples=tmp_path / "examples", none=tmp_path / "none")
    assert found["examples/1.wav"] == (b"RIFF", "audio/wav")
    assert not [name for name in found if name.startswith("none")]


def test_a_package_without_a_page_is_an_error(package):
    (package / "page" / "main.html").unlink()
    with pytest.raises(FileNotFoundError, match=r"main\.html"):
        read_page(package.name, "A")


@pytest.mark.parametrize("application", ["speech_to_text", "stock_prediction", "translation"])
def test_an_application_has_its_own_part_alone(application):
    own = (APPS / application / "page" / "main.html").read_text(encoding="utf-8")
    assert 'id="fault"' in own and not [tag for tag in ("<html", "<head", "<footer", "<script") if tag in own]
    assert {"", "main.css", "main.js", "common.js", "style.css"} <= set(read_page(f"apps.{application}", "A"))
