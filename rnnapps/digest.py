"""Telling data apart without keeping them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np


def digest(contents: Iterable[Any]) -> str:
    """A word that is another one when any of the arrays and texts, or their order, is another.

    >>> digest(["a", "b"]) == digest(["a", "b"]), digest(["a", "b"]) == digest(["b", "a"])
    (True, False)
    """
    found = hashlib.sha256()
    for value in contents:
        if isinstance(value, np.ndarray) and value.dtype.kind != "O":
            raw = np.ascontiguousarray(value)
            found.update(f"{raw.dtype}{raw.shape}".encode())
            found.update(raw.tobytes())
        else:
            found.update(f"{value!r}\n".encode("utf-8", "surrogatepass"))
    return found.hexdigest()[:16]
