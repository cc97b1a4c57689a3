"""Kinds of job that end in every way in which a job can end badly."""

import os
import signal
import time
from pathlib import Path
from typing import Any

from loop.training.kinds import JobRefused, Kind

Parameters = dict[str, Any]


def raise_error(parameters: Parameters) -> dict[str, Any]:
    raise ValueError(parameters["words"])


def refuse(parameters: Parameters) -> dict[str, Any]:
    raise JobRefused("no such model")


def crash(_: Parameters) -> dict[str, Any]:
    os.kill(os.getpid(), signal.SIGSEGV)
    return {}


def leave(_: Parameters) -> dict[str, Any]:
    os._exit(3)


def give_list(_: Parameters) -> Any:
    return [1]


def give_nan(_: Parameters) -> dict[str, Any]:
    return {"accuracy": float("nan")}


def give_nul(_: Parameters) -> dict[str, Any]:
    return {"text": "\0"}


def give_much(parameters: Parameters) -> dict[str, Any]:
    return {"text": "x" * parameters["characters"]}


def take_memory(_: Parameters) -> dict[str, Any]:
    taken = []
    while True:
        taken.append(bytearray(1 << 20))


def note_and_wait(parameters: Parameters) -> dict[str, Any]:
    """Write the own process id into a file, then wait."""
    file = Path(parameters["file"])
    with file.open("a") as lines:
        lines.write(f"{os.getpid()}\n")
    time.sleep(parameters["seconds"])
    return {"pid": os.getpid()}


def fail_at_first(parameters: Parameters) -> dict[str, Any]:
    """Fail unless the file is there, and make it."""
    file = Path(parameters["file"])
    if file.exists():
        return {"attempt": "second"}
    file.touch()
    raise OSError("the store is starting")


FUNCTIONS = (
    raise_error,
    refuse,
    crash,
    leave,
    give_list,
    give_nan,
    give_nul,
    give_much,
    take_memory,
    note_and_wait,
    fail_at_first,
)
TEST_KINDS = {
    function.__name__: Kind(f"{__name__}:{function.__name__}", limit_seconds=60)
    for function in FUNCTIONS
} | {"slow": Kind(f"{__name__}:note_and_wait", limit_seconds=1)}
