"""One attempt of a job, in a process of its own: start it, look how it is, end it.

Nothing in here waits: the trainer watches `fileno()` beside its connection.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loop.training.kinds import Kind

from .memory import oom_kills

# The child finds the package where this process did.
PACKAGES = Path(__file__).parents[2]
# Between its last word and its end a child does nothing.
END_SECONDS = 5
CHUNK = 65536


@dataclass(frozen=True)
class Succeeded:
    """The attempt gave this result."""

    result: dict[str, Any]


@dataclass(frozen=True)
class Failed:
    """The attempt gave no result. `final`: a further one would end the same."""

    error: str
    final: bool = False


Outcome = Succeeded | Failed


class Work:
    """A running attempt."""

    def __init__(self, kind: Kind, parameters: dict[str, Any]) -> None:
        self.limit_seconds = kind.limit_seconds
        self.deadline = time.monotonic() + kind.limit_seconds
        self._oom_kills = oom_kills()
        self._said = bytearray()
        self._pipe, childs_end = os.pipe()
        os.set_blocking(self._pipe, False)
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "loop.trainer.child", str(childs_end)],
                stdin=subprocess.PIPE,
                pass_fds=[childs_end],
                start_new_session=True,  # a group of its own, so that what it starts ends with it
                env=child_environment(),
            )
        except OSError:
            os.close(self._pipe)
            raise
        finally:
            os.close(childs_end)
        order = {"function": kind.function, "parameters": parameters}
        try:
            with self._process.stdin as orders:  # type: ignore[union-attr]
                orders.write(json.dumps(order).encode())
        except BrokenPipeError:
            pass  # it has ended already, and its exit code says why

    def fileno(self) -> int:
        """Readable when there may be an outcome."""
        return self._pipe

    def outcome(self) -> Outcome | None:
        """What came of the attempt, or None while it runs. Beyond its limit it is ended."""
        all_said = self._listen()
        if not all_said and self._process.poll() is None:
            if time.monotonic() < self.deadline:
                return None
            self.end()
            return Failed(f"took longer than the {self.limit_seconds:g} s that its kind may take")
        try:
            code = self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            code = 0
        if not all_said:
            self._listen()
        self.end()
        return read_outcome(bytes(self._said), code, oom=oom_kills() > self._oom_kills)

    def end(self) -> None:
        """End the process and all that it started, at once; doing it again does nothing."""
        if self._pipe < 0:
            return
        with contextlib.suppress(ProcessLookupError):  # it has ended by itself
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._pipe)
        self._pipe = -1

    def _listen(self) -> bool:
        """Read what there is. True once the child can say no more."""
        try:
            while chunk := os.read(self._pipe, CHUNK):
                self._said += chunk
        except BlockingIOError:
            return False
        return True


def read_outcome(said: bytes, exit_code: int, *, oom: bool) -> Outcome:
    """What came of an attempt, by its last words and its exit code (negative: the signal).

    oom: whether the kernel has killed a process for want of memory meanwhile.
    """
    try:
        words = json.loads(said)
        if "result" in words:
            return Succeeded(words["result"])
        return Failed(words["error"], words["final"])
    except (ValueError, KeyError, TypeError):
        return Failed(crash(exit_code, oom=oom))


def crash(exit_code: int, *, oom: bool) -> str:
    """Words for a process that ended without a word."""
    if exit_code == -signal.SIGKILL and oom:
        return "the job's process needed more memory than the trainer has, and was killed"
    if exit_code < 0:
        return f"the job's process was ended by {signal_name(-exit_code)}"
    return f"the job's process ended with exit code {exit_code} and without a result"


def signal_name(number: int) -> str:
    """Such as `SIGSEGV`."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def child_environment() -> dict[str, str]:
    """The trainer's own environment, in which the package can be found."""
    paths = [str(PACKAGES), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
