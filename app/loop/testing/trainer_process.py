"""A trainer in a process of its own, as a test starts, stops and kills it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from loop.settings import Database
from loop.trainer.work import child_environment

PATIENCE_SECONDS = 60


class TrainerProcess:
    """Short waits, kinds of tests, and its log in a file."""

    def __init__(self, database: Database, folder: Path, **settings: object) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.log_file = folder / "trainer.log"
        self.alive_file = folder / "alive"
        variables = {
            "DATABASE_HOST": database.host,
            "DATABASE_PORT": database.port,
            "DATABASE_NAME": database.name,
            "DATABASE_USER": database.user,
            "DATABASE_PASSWORD": database.password,
            "ALIVE_FILE": self.alive_file,
            **{"POLL_SECONDS": 0.5, "LEASE_SECONDS": 3, "RETRY_SECONDS": 0.1, **settings},
        }
        with self.log_file.open("a") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "loop.testing.trainer"],
                env={**child_environment(), **{name: str(at) for name, at in variables.items()}},
                stdout=output,
                stderr=output,
            )

    def lines(self) -> list[dict[str, Any]]:
        """What it has logged; tracebacks of jobs left out."""
        lines = self.log_file.read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def said(self, words: str) -> bool:
        """Whether a line has this message."""
        return any(line["msg"] == words for line in self.lines())

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it by a signal. Returns the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)

    def discard(self) -> None:
        """At the end of a test, whatever became of it."""
        self.process.kill()
        self.process.wait()


def eventually(condition: Callable[[], object]) -> None:
    """Wait until something is the case; an AssertionError if it isn't after a minute."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it isn't the case after a minute"
        time.sleep(0.05)


def runs(pid: int) -> bool:
    """Whether there is such a process, other than a dead one that nobody has reaped."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def cpu_seconds(pid: int) -> float:
    """How long a process has been computing."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def pids_in(file: Path) -> list[int]:
    """Process ids that jobs of kind `note_and_wait` have noted."""
    return [int(line) for line in file.read_text().splitlines()] if file.exists() else []


def wait_for_pids(file: Path, count: int) -> list[int]:
    """Wait until so many have been noted."""
    eventually(lambda: len(pids_in(file)) >= count)
    return pids_in(file)


def is_group_gone(pid: int) -> bool:
    """Whether nothing is left of a job's process group."""
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return True
    return not runs(pid)
