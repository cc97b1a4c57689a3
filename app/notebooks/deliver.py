"""Brings the project's notebooks into people's work folder, and never over what a person changed.

A file that nobody touched since it was delivered is replaced by its new version. Where somebody
did, the new version is put beside theirs, once, under a name that carries its hash. What was
deleted comes back: that is how to get a fresh copy.
"""

import hashlib
import json
import logging
import tempfile
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)

# In the work folder, so that it goes wherever the files go that it tells about.
RECORD = ".delivered.json"


@dataclass(frozen=True)
class Versions:
    """Hashes of one notebook's content.

    `shipped`: what the image has. `delivered`: the version that was delivered last, None if none
    was. `present`: what lies in the work folder under this name, None if nothing does.
    """

    shipped: str
    delivered: str | None
    present: str | None


def target(name: str, versions: Versions) -> str | None:
    """Name under which the shipped version has to be written; None: nothing has to be.

    >>> target("a.ipynb", Versions(shipped="2f", delivered="1e", present="1e"))
    'a.ipynb'
    >>> target("a.ipynb", Versions(shipped="2f", delivered="1e", present="0d"))
    'a.new-2f.ipynb'
    """
    if versions.present is None:
        return name
    if versions.present == versions.shipped:
        return None
    if versions.present == versions.delivered:
        return name
    # A person's own. Once is enough: they may have thrown the copy away.
    if versions.delivered == versions.shipped:
        return None
    path = Path(name)
    return f"{path.stem}.new-{versions.shipped[:8]}{path.suffix}"


def deliver(shipped: Path, work: Path) -> None:
    """Brings every file of folder `shipped` into folder `work`, and says in the log what it did.

    A file that can't be written is reported and left out: the server has to start all the same, or
    nobody could make room.
    """
    delivered = _read_record(work)
    for source in sorted(path for path in shipped.iterdir() if path.is_file()):
        try:
            delivered[source.name] = _deliver_one(source, work, delivered.get(source.name))
        except OSError as error:
            log.warning("%s: not delivered: %s", source.name, error)
    try:
        _write(work / RECORD, json.dumps(delivered, indent=1, sort_keys=True).encode())
    except OSError as error:
        log.warning("%s: not written: %s", RECORD, error)


def _deliver_one(source: Path, work: Path, delivered: str | None) -> str:
    content = source.read_bytes()
    shipped = _digest(content)
    name = target(source.name, Versions(shipped, delivered, _present(work / source.name)))
    if name is not None:
        _write(work / name, content)
        log.info("%s: delivered as %s", source.name, name)
    return shipped


def _present(path: Path) -> str | None:
    """Hash of the file; of anything else that has the name, a text that is no hash."""
    if path.is_file():
        return _digest(path.read_bytes())
    return "no file" if path.exists() or path.is_symlink() else None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _read_record(work: Path) -> dict[str, str]:
    """Without a readable one nothing counts as delivered, and so people's files are kept."""
    try:
        record = json.loads((work / RECORD).read_bytes())
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, also when the disk is full or the container is killed."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".writing-", delete=False) as file:
        try:
            file.write(content)
            file.close()
            Path(file.name).chmod(0o644)
            Path(file.name).replace(path)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise
