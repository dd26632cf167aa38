"""The report of a run: everything in one file, and nothing in it that the run's data could run."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from rnnapps.report import Table, write_report
from rnnapps.report.curves import panels_of
from tests.report.made_run import MadeRun, make_run, tiny_png


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("runs") / "first", units=16, file="a & b")


@pytest.fixture(scope="module")
def page(run):
    return write_report(run).read_text(encoding="utf-8")


class Elements(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def named(self, name):
        return [attributes for tag, attributes in self.found if tag == name]


def text_of(page, start, end):
    return re.sub(r"<[^>]*>|\s+", " ", page[page.index(start) : page.index(end)])


def test_it_is_written_into_the_runs_folder(run, page):
    assert (run.path / "report.html").is_file()


def test_it_loads_nothing(page):
    elements = Elements(page)
    sources = [a[key] for _, a in elements.found for key in ("src", "href") if key in a]
    assert sources and all(source.startswith(("data:", "#")) for source in sources)
    assert not elements.named("script") and not elements.named("link")


def test_what_a_run_holds_is_text_and_no_markup(page):
    assert "&lt;script&gt;alert(1)" in page and "<script" not in page and "&lt;b&gt;better" in page


def test_options_that_differ_come_first_with_their_defaults(page):
    told = text_of(page, 'id="configuration"', "<details>")
    assert "model.units 16 8" in re.sub(" +", " ", told) and "model.file a &amp; b null" in re.sub(" +", " ", told)
    assert "model.cell" not in told


def test_the_other_options_are_there_too(page):
    told = re.sub(" +", " ", text_of(page, "<details>", "</details>"))
    assert "model.cell lstm" in told and "model.dropout 0.1" in told and "model.causal false" in told


def test_the_model_stands_out_among_the_baselines(page):
    assert re.search(r'<tr class="strong"><th scope="row">model</th><td>2.0</td>', page)


def test_every_picture_has_a_caption_that_is_its_alternative_text(page):
    images = Elements(page).named("img")
    assert [image["alt"] for image in images] == [
        "Attention: what the network looked at for each part of its output.",
        "A map of it.",
    ]


def test_examples_keep_their_sound(page):
    assert "data:audio/" in Elements(page).named("audio")[0]["src"]


def test_an_empty_text_is_told(page):
    assert "(nothing)" in page


def test_the_training_is_summed_up(page):
    told = re.sub(" +", " ", text_of(page, 'class="facts"', "</dl>"))
    assert "parameters 1,234" in told and "epochs 3, the best one 2" in told and "training time 1 min 15 s" in told


def test_there_is_one_top_heading_and_a_language(page):
    assert len(re.findall("<h1", page)) == 1 and '<html lang="en">' in page


def test_every_drawing_says_what_it_shows(page):
    told = [svg["aria-label"] for svg in Elements(page).named("svg")]
    assert any("loss over the epochs. training: 4 after epoch 1, 1 after epoch 3; validation: 5" in one for one in told)


def test_a_run_without_pictures_and_examples_has_a_report(tmp_path):
    run = make_run(tmp_path / "bare")
    for file in [*run.plots.iterdir(), run.path / "examples.json", run.history]:
        file.unlink()
    page = write_report(run, tmp_path / "other.html").read_text(encoding="utf-8")
    assert "No look has been taken yet" in page and 'id="examples"' not in page and 'id="training"' not in page


def test_a_row_that_does_not_fit_its_table_is_an_error():
    with pytest.raises(ValueError, match="Scores: 2 columns, but a row has 1"):
        Table("Scores", ("", "score"), [["model"]])


def test_curves_reach_from_the_first_to_the_last_epoch(run):
    loss = panels_of(run.history)[0]
    training = loss.curves[0].points
    assert (training[0][0], training[-1][0]) == (52, 348) and training[0][1] < training[-1][1]


def test_the_ticks_of_a_curve_are_round_and_hold_all_values(run):
    assert [text for _, text in panels_of(run.history)[0].up] == ["1", "2", "3", "4", "5"]


def test_a_curve_that_never_changes_is_drawn(tmp_path):
    (tmp_path / "history.csv").write_text("epoch,loss\n1,0\n2,0\n")
    (panel,) = panels_of(tmp_path / "history.csv")
    assert len({y for _, y in panel.curves[0].points}) == 1


def test_infinite_losses_are_left_out(tmp_path):
    (tmp_path / "history.csv").write_text("epoch,loss\n1,nan\n2,3\n3,inf\n")
    (panel,) = panels_of(tmp_path / "history.csv")
    assert len(panel.curves[0].points) == 1


def test_letters_of_pictures_have_the_size_that_they_were_given(tmp_path):
    from matplotlib.image import imsave

    run = make_run(tmp_path / "wide")
    imsave(run.plots / "map_1.png", np.zeros((2, 1300, 3)))  # ten inches of 130 pixels, on a page of 96 to the inch
    images = Elements(write_report(run).read_text(encoding="utf-8")).named("img")
    assert "960" in [image.get("width") for image in images]


def test_a_run_named_by_a_dot_has_a_title(tmp_path, monkeypatch):
    make_run(tmp_path / "here")
    monkeypatch.chdir(tmp_path / "here")
    page = write_report(MadeRun.open(".")).read_text(encoding="utf-8")
    assert "<h1>here</h1>" in page and "<title>Maker here</title>" in page


def test_the_scores_are_said_to_be_of_the_first_version_where_there_are_later_ones(tmp_path):
    run = make_run(tmp_path / "later")
    told = []
    for number in "123":
        (run.path / number).mkdir()
        (run.path / number / "saved_model.pb").touch()
        page = write_report(run).read_text(encoding="utf-8")
        told.append(re.findall("<p>(The scores are those of .*)</p>", page))
    assert told == [
        [],
        ["The scores are those of version 1 of the SavedModel. Version 2, the latest, was exported later, perhaps with "
         "other options, and has not been scored."],
        ["The scores are those of version 1 of the SavedModel. Version 3, the latest, learnt more."],
    ]  # fmt: skip


def test_what_does_not_fit_is_left_out_and_named(tmp_path, monkeypatch):
    run = make_run(tmp_path / "large")
    room = (run.plots / "map_1.png").stat().st_size + (run.path / "a.wav").stat().st_size
    (run.plots / "attention-a.png").write_bytes(tiny_png() + bytes(room))
    monkeypatch.setattr("rnnapps.report.inlined_files.InlinedFiles.__init__.__defaults__", (room,))
    page = write_report(run).read_text(encoding="utf-8")
    assert "Left out, because the page would be too large: plots/attention-a.png." in page
    assert [image["alt"] for image in Elements(page).named("img")] == ["A map of it."]
    assert Elements(page).named("audio")
