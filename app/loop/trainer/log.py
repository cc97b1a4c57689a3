"""The trainer's log: a line of JSON for each event, with the fields of the other services' logs."""

import json
import sys
import time

INFO, WARN, ERROR = 30, 40, 50


def log(level: int, message: str, **facts: object) -> None:
    """Write one line to standard output. Facts must hold no secret."""
    line = {"level": level, "time": int(time.time() * 1000), **facts, "msg": message}
    print(json.dumps(line, default=str), file=sys.stdout, flush=True)
