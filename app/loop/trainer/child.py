"""The process in which one attempt of one job runs: `python -m loop.trainer.child FD`.

Reads from standard input which function to call with what, and writes what came of it to the file
descriptor. Ends with the attempt, so all its memory goes back to the system.
"""

import ctypes
import json
import os
import signal
import sys
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

from loop.training.kinds import JobRefused

PR_SET_PDEATHSIG = 1  # from <linux/prctl.h>


def main() -> None:
    """Do the attempt."""
    outcomes = int(sys.argv[1])
    os.set_inheritable(outcomes, False)
    end_with_parent()
    be_the_one_to_go()
    order = json.load(sys.stdin)
    outcome = outcome_of(order["function"], order["parameters"])
    with os.fdopen(outcomes, "wb") as pipe:
        pipe.write(outcome)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # at once, whatever threads the job has left behind


def outcome_of(function: str, parameters: dict[str, Any]) -> bytes:
    """Call `module:name` and say what came of it, as `work.read_outcome` takes it."""
    try:
        module, name = function.split(":")
        result = getattr(import_module(module), name)(parameters)
        if not isinstance(result, dict):
            raise TypeError(f"{function} returned {type(result).__name__}; allowed: dict")
        return json.dumps({"result": result}, allow_nan=False).encode()
    except JobRefused as error:
        return json.dumps({"error": str(error), "final": True}).encode()
    except Exception as error:
        traceback.print_exc()
        words = f"{type(error).__name__}: {error}"
        return json.dumps({"error": words, "final": False}).encode()


def end_with_parent() -> None:
    """Have the kernel kill this process with the trainer: nobody would hear of its result."""
    parent = os.getppid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it went before the kernel knew
        os._exit(1)


def be_the_one_to_go() -> None:
    """When memory runs out, the kernel ends this process and not the trainer."""
    Path("/proc/self/oom_score_adj").write_text("1000", "ascii")


if __name__ == "__main__":
    main()
