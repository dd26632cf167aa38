"""The cells of a column as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rnnapps.series.read_table import Table
from rnnapps.series.reading import Problem

if TYPE_CHECKING:
    import pandas


def to_numbers(cells: pandas.Series) -> np.ndarray:
    """(R,) float64; nan where a cell is empty or no number."""
    import pandas

    if pandas.api.types.is_bool_dtype(cells.dtype) or not pandas.api.types.is_numeric_dtype(cells.dtype):
        cells = pandas.to_numeric(cells.astype(object), errors="coerce")
    return cells.to_numpy(dtype="float64", na_value=np.nan)


def not_numbers(table: Table, column: str, numbers: np.ndarray) -> np.ndarray:
    """Rows of the table whose cell in the column is neither empty nor a number."""
    cells = table.frame[column]
    suspects = np.flatnonzero(np.isnan(numbers))
    return suspects[cells.iloc[suspects].notna().to_numpy()] if len(suspects) else suspects


def number_problem(table: Table, column: str, table_row: int, series: str, row: int) -> Problem:
    """A cell that is no number.

    Args:
        table: where it stands.
        column: its column.
        table_row: its row in the table.
        series: name of the series.
        row: its row in the panel.
    """
    cell = table.frame[column].iloc[table_row]
    message = (
        f"{table.place(table_row)}: {series}: {column} is {str(cell)!r}, expected a number "
        "without units or separators of thousands; correct it or leave the row out"
    )
    return Problem("number", series, str(table.path), int(table.lines[table_row]), row, message)
