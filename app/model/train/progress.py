"""Progress on standard error: one moving line on a terminal, a plain line every tenth otherwise."""

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")


def progress(items: Iterable[Item], total: int, what: str) -> Iterator[Item]:
    """Pass the items on, saying how many of `total` are through and how long it took."""
    start, said, live = time.monotonic(), 0, sys.stderr.isatty()
    for done, item in enumerate(items, 1):
        yield item
        tenth = done * 10 // total
        if live or tenth > said or done == total:
            said = tenth
            line = f"{what}: {done} of {total}, {time.monotonic() - start:.0f} s"
            print(
                f"\r{line}" if live else line, end="" if live else "\n", file=sys.stderr, flush=True
            )
    if live:
        print(file=sys.stderr)
