"""Which part of a search this process has: KerasTuner's environment variables say."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from rnnapps.command_line import BadInput

NAMES = ("KERASTUNER_TUNER_ID", "KERASTUNER_ORACLE_IP", "KERASTUNER_ORACLE_PORT")

Role = Literal["alone", "chief", "tuner"]


def role() -> Role:
    """alone; chief, which hands out trials and tells what was found; tuner, which runs trials.

    Raises:
        ValueError: some of the variables are missing, or the port is no number.
    """
    given = {name: os.environ.get(name, "") for name in NAMES}
    if not given["KERASTUNER_ORACLE_IP"]:
        return "alone"
    if missing := [name for name, value in given.items() if not value]:
        raise ValueError(f"{missing[0]}: not set; a search by several processes needs {', '.join(NAMES)}")
    port = given["KERASTUNER_ORACLE_PORT"]
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise ValueError(f"KERASTUNER_ORACLE_PORT: {port!r} is not a port, 1 to 65535")
    return "chief" if "chief" in given["KERASTUNER_TUNER_ID"] else "tuner"


@contextmanager
def talking() -> Iterator[None]:
    """What keeps chief and tuners from talking to each other becomes one line."""
    import grpc

    address = f"{os.environ.get(NAMES[1])}:{os.environ.get(NAMES[2])}"
    try:
        yield
    except grpc.RpcError as error:
        code = error.code().name if hasattr(error, "code") else error
        raise BadInput(
            f"the chief at {address} does not answer ({code}); start it again, then this command: both go on where "
            "they were"
        ) from error
    except RuntimeError as error:
        if address not in str(error):
            raise
        raise BadInput(f"the chief cannot listen at {address}: choose another KERASTUNER_ORACLE_PORT") from error
