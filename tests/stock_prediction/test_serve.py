"""A forecaster behind HTTP: what is forecast together is forecast as alone, and as the command does."""

import numpy as np
import pytest
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from apps.stock_prediction.forecast_table import dated_forecasts
from apps.stock_prediction.load import load_forecaster
from apps.stock_prediction.run_folder import RunFolder
from apps.stock_prediction.served_forecasts import ForecastQuery, ServedForecasts


@pytest.fixture(scope="module")
def served(trained_run):
    return ServedForecasts(load_forecaster(trained_run), RunFolder(trained_run))


def answered(served, *jobs):
    answers = served.works()["forecast"].answer([job.item for job in jobs])
    return [served.response(None, ForecastQuery(), [answer]).forecasts for answer in answers]


def test_the_rows_of_the_run_are_forecast_as_by_the_command(served, trained_run):
    (found,) = answered(served, *served.own_jobs(None, ForecastQuery()))
    expected = dated_forecasts(load_forecaster(trained_run), RunFolder(trained_run).state().panel)
    np.testing.assert_allclose([one.quantiles for one in found], [one.quantiles for one in expected], rtol=1e-5)


def test_tables_together_are_forecast_as_alone(served, prices_file):
    jobs = [
        *served.own_jobs(None, ForecastQuery()),
        *served.table_jobs(prices_file.read_bytes(), ForecastQuery()),
    ]
    together, alone = answered(served, *jobs), [answered(served, job)[0] for job in jobs]
    for one, other in zip(together, alone, strict=True):
        np.testing.assert_allclose([a.quantiles for a in one], [b.quantiles for b in other], rtol=1e-5)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "^table.csv: is empty"),
        (b"\x1f\x8b", "^table.csv is a gzip file"),
        (b"a,b\n1,2\n", "table.csv"),
        (b"\xff\xff,\n", "table.csv, line 1: not UTF-8"),
    ],
)
def test_a_wrong_table_is_told_without_a_path(served, content, words):
    with pytest.raises(ValueError, match=words) as told:
        served.table_jobs(content, ForecastQuery())
    assert "/" not in str(told.value).replace("Parquet/", "")


def test_the_run_has_the_layout_that_tensorflow_serving_expects(trained_run):
    # A folder whose name is the version; graphs under the tag "serve" with a signature for the method predict.
    (graph,) = SavedModel.FromString((trained_run / "1" / "saved_model.pb").read_bytes()).meta_graphs
    assert list(graph.meta_info_def.tags) == ["serve"]
    assert graph.signature_def["serving_default"].method_name == "tensorflow/serving/predict"
