"""Which inputs drive a unit: the furthest step of each example, on the side where it is selective."""

import numpy as np
import pytest

from rnnapps.inspection.plot_unit_drivers import save_unit_drivers
from rnnapps.inspection.unit_drivers import UnitDrivers


def collected(*rows, count=2, around=1):
    drivers = UnitDrivers(count, around)
    for number, row in enumerate(rows):
        activations = np.array(row, "float32")[:, None]
        drivers.add(activations, [f"{number}.{step}" for step in range(len(row))], f"example {number}")
    return drivers


def test_drivers_are_the_highest_steps_of_different_examples_highest_first():
    (unit,) = collected([0, 0.9, 0.8], [0.5, 0, 0], [0, 0, 0.7]).units()
    assert [(driver.title, round(driver.value, 3)) for driver in unit.drivers] == [
        ("example 0", 0.9),
        ("example 2", 0.7),
    ]


def test_a_driver_knows_what_stood_around_it():
    (unit,) = collected([0.1, 0.2, 0.9, 0.3]).units()
    assert unit.drivers[0].labels == ("0.1", "0.2", "0.3") and unit.drivers[0].step == 1


def test_at_the_beginning_there_is_nothing_before():
    (unit,) = collected([0.9, 0.1, 0]).units()
    assert unit.drivers[0].labels == ("0.0", "0.1") and unit.drivers[0].step == 0


def test_a_unit_that_falls_far_is_shown_where_it_falls():
    (unit,) = collected([0.1, -0.9, 0.0], [0.0, 0.1, -0.8]).units()
    assert unit.sign == -1 and unit.drivers[0].value == pytest.approx(-0.9)


def test_mean_and_deviation_are_over_all_steps():
    (unit,) = collected([0.0, 1.0], [0.5]).units()
    assert (unit.mean, unit.deviation) == pytest.approx((0.5, np.std([0, 1, 0.5])))


def test_units_that_few_inputs_drive_come_first():
    drivers = UnitDrivers(1, 1)
    activations = np.zeros((20, 2), "float32")
    activations[::2, 0], activations[7, 1] = 1, 1  # often, and once
    drivers.add(activations, ["x"] * 20, "example")
    assert [unit.number for unit in drivers.most_selective(2)] == [1, 0]


def test_a_constant_unit_is_not_selective():
    (unit,) = collected([0.5, 0.5]).units()
    assert unit.selectivity == 0


def test_the_picture_and_its_arrays_hold_every_strip(tmp_path):
    units = collected([0, 0.9, 0.2], [0.5, 0, 0]).units()
    picture, arrays = save_unit_drivers(units, tmp_path / "plots" / "units.png", "title")
    with np.load(arrays) as found:
        assert found["labels"].tolist() == [[["0.0", "0.1", "0.2"], ["", "1.0", "1.1"]]]
        np.testing.assert_allclose(found["values"], [[0.9, 0.5]], rtol=1e-6)
        assert found["titles"].tolist() == [["example 0", "example 1"]]
    assert picture.stat().st_size > 1000


def test_every_strip_is_named_after_its_example(tmp_path):
    drivers = UnitDrivers(2, 1)
    for title in ("ABC", "a sentence of more letters than have room there"):
        drivers.add(np.array([[0.0], [0.9]]), ["x", "y"], title)
    picture, _ = save_unit_drivers(drivers.units(), tmp_path / "units.svg")
    drawn = picture.read_text(encoding="utf-8")  # matplotlib writes every text as a comment above its outlines
    assert "<!-- ABC -->" in drawn and "<!-- a sentence of more letters… -->" in drawn


@pytest.mark.parametrize(("count", "around"), [(0, 1), (1, -1)])
def test_counts_out_of_range_are_errors(count, around):
    with pytest.raises(ValueError, match="count must be at least 1"):
        UnitDrivers(count, around)


def test_labels_that_do_not_fit_are_an_error():
    with pytest.raises(ValueError, match="2 labels for 3 steps"):
        UnitDrivers().add(np.zeros((3, 1)), ["a", "b"], "x")


def test_without_examples_there_are_no_units():
    with pytest.raises(ValueError, match="no example"):
        UnitDrivers().units()
