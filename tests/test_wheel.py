"""The wheel in a directory of its own: what a user gets who installs without a checkout."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with the unpacked wheel, built from a copy so that nothing is left in the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in ("rnnapps", "apps"):
        shutil.copytree(CHECKOUT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.py", "README.md", "LICENSE"):
        shutil.copy(CHECKOUT / name, source)
    build = ["pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir"]
    subprocess.run([sys.executable, "-m", *build, str(folder), str(source)], check=True)
    (wheel,) = folder.glob("*.whl")
    shutil.unpack_archive(wheel, folder / "site", "zip")
    return folder / "site"


def run(installed, code):
    environment = {**os.environ, "PYTHONPATH": str(installed), "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=installed, env=environment, capture_output=True, text=True, check=False)


def test_it_holds_both_packages_and_nothing_else(installed):
    packages = {path.name for path in installed.iterdir() if not path.name.endswith(".dist-info")}
    assert packages == {"rnnapps", "rnnapps_apps"}


def test_the_console_command_is_declared(installed):
    (entry_points,) = installed.glob("*.dist-info/entry_points.txt")
    assert "rnnapps = rnnapps_apps.__main__:main" in entry_points.read_text()


@pytest.mark.parametrize(
    ("application", "words"),
    [
        ("speech_to_text", "train on the embedded digits"),
        ("translation", "train on the embedded phrasebook"),
        ("stock_prediction", "train on the embedded prices"),
    ],
)
def test_the_applications_run_from_it(application, words, installed):
    code = f"from rnnapps_apps.__main__ import main; raise SystemExit(main(['{application}', '--help']))"
    result = run(installed, code)
    assert result.returncode == 0, result.stderr
    assert words in result.stdout


@pytest.mark.parametrize("application", ["translation", "stock_prediction"])
def test_the_presets_are_in_it(application, installed):
    there = (CHECKOUT / "apps" / application / "presets").glob("*.yaml")
    inside = (installed / "rnnapps_apps" / application / "presets").glob("*.yaml")
    assert sorted(path.name for path in inside) == sorted(path.name for path in there) != []


def test_the_pages_are_in_it(installed):
    applications = ("speech_to_text", "stock_prediction", "translation")
    code = (
        "from rnnapps.serving import read_page\n"
        f"for name in {applications}:\n"
        "    print(*sorted(set(read_page('rnnapps_apps.' + name, 'A')) - {''}))"
    )
    result = run(installed, code)
    assert result.returncode == 0, result.stderr
    for application, served in zip(applications, result.stdout.splitlines(), strict=True):
        own = {path.name for path in (CHECKOUT / "apps" / application / "page").iterdir()} - {"main.html"}
        assert set(served.split()) == own | {"common.js", "style.css"}


def test_the_embedded_recordings_are_in_it(installed):
    code = (
        "from rnnapps_apps.speech_to_text.config import DataConfig\n"
        "from rnnapps_apps.speech_to_text import data\n"
        "corpus = data.read_corpus(DataConfig(strings=20))\n"
        "print(len(corpus.training), len(corpus.test[0].waveform(8000)) > 1000, data.__file__)"
    )
    result = run(installed, code)
    assert result.returncode == 0, result.stderr
    count, heard, path = result.stdout.split()
    assert (count, heard) == ("20", "True")
    assert Path(path).is_relative_to(installed)


def test_the_licence_of_the_recordings_is_beside_them(installed):
    folder = installed / "rnnapps_apps" / "speech_to_text" / "digits"
    assert len(list((folder / "prompts").glob("*.wav"))) == 10
    assert "Attribution-ShareAlike 3.0" in (folder / "LICENSE-CC-BY-SA-3.0.txt").read_text(encoding="utf-8")


def test_the_embedded_data_are_in_it(installed):
    code = (
        "from rnnapps_apps.translation.config import DataConfig\n"
        "from rnnapps_apps.translation import data\n"
        "corpus = data.read_corpus(DataConfig())\n"
        "print(len(corpus.training), data.__file__)"
    )
    result = run(installed, code)
    assert result.returncode == 0, result.stderr
    count, path = result.stdout.split()
    assert int(count) > 4000
    assert Path(path).is_relative_to(installed)
