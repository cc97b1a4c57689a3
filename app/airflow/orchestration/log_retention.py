"""Keeps the logs of tasks within bounds: of age, and of room on the disk.

Runs beside the scheduler, in a process that loads nothing of Airflow.
"""

import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

DAY_SECONDS = 86_400
MIB = 2**20


class LogFile(NamedTuple):
    """A file of the log folder."""

    path: Path
    size: int
    """Bytes."""
    changed: float
    """Seconds since 1970."""


def expired(
    files: Iterable[LogFile], *, now: float, days: float, limit_bytes: int
) -> list[LogFile]:
    """Files older than `days`, and of the others the oldest beyond `limit_bytes` in all."""
    gone, kept_bytes = [], 0
    for file in sorted(files, key=lambda file: file.changed, reverse=True):
        if now - file.changed > days * DAY_SECONDS or kept_bytes + file.size > limit_bytes:
            gone.append(file)
        else:
            kept_bytes += file.size
    return gone


def files_in(folder: Path) -> list[LogFile]:
    """All files below a folder, however deep."""
    found = []
    for path in folder.rglob("*"):
        try:
            facts = path.lstat()
        except FileNotFoundError:
            continue  # it went in the meantime
        if not path.is_dir():
            found.append(LogFile(path, facts.st_size, facts.st_mtime))
    return found


def remove(folder: Path, files: Iterable[LogFile]) -> int:
    """Delete files, and the folders below `folder` that are empty then. Returns how many files."""
    count = 0
    for file in files:
        file.path.unlink(missing_ok=True)
        count += 1
        remove_if_empty(file.path.parent, up_to=folder)
    return count


def remove_if_empty(folder: Path, *, up_to: Path) -> None:
    """Delete a folder with nothing in it, then the one that it is in, and so on below `up_to`."""
    while folder != up_to:
        try:
            folder.rmdir()
        except FileNotFoundError:
            pass  # it went with an earlier file
        except OSError:
            return  # something is in it
        folder = folder.parent


def main(folder: Path, days: float, limit_mib: float) -> None:
    """Look once, and say what was done if anything was."""
    files = files_in(folder)
    gone = expired(files, now=time.time(), days=days, limit_bytes=int(limit_mib * MIB))
    if gone:
        print(f"log retention: deleted {remove(folder, gone)} of {len(files)} files", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(os.environ["LOG_DAYS"]), float(os.environ["LOG_LIMIT_MIB"]))
