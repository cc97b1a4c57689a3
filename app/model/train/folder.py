"""A data set on disk: a folder a class, pictures in it. Held-out pictures are chosen by content."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..format.classes import CLASSES, class_index
from ..format.errors import ModelError

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff"}
HELD_OUT_SHARE = 0.2
FEWEST_PICTURES = 5  # a class; with fewer there is nothing to hold out


@dataclass(frozen=True)
class Example:
    """One picture and its class."""

    path: Path
    label: int
    sha256: str

    @property
    def held_out(self) -> bool:
        """A hash of the content decides, so copies of one picture never stand on both sides."""
        return int(self.sha256[:8], 16) / 16**8 < HELD_OUT_SHARE


def read_folder(data: Path) -> list[Example]:
    """All pictures below a data-set folder, in the order of class and name.

    Raises ModelError, naming every problem at once: no such folder, a folder that is no class,
    a class without a folder or with too few pictures.
    """
    if not data.is_dir():
        raise ModelError(f"--data {data} is not a folder; give one with a folder for each class")
    problems: list[str] = []
    folders: dict[int, Path] = {}
    for folder in sorted(path for path in data.iterdir() if path.is_dir()):
        try:
            label = class_index(folder.name)
        except ModelError as error:
            problems.append(str(error))
            continue
        if label in folders:
            problems.append(f"{folders[label].name} and {folder.name} are both {CLASSES[label]}")
        folders[label] = folder
    pictures = {label: pictures_in(folder) for label, folder in folders.items()}
    problems += too_few(pictures)
    if problems:
        hint = "; where the set is split (training, evaluation, ...), give one of those folders"
        raise ModelError(f"{data} can't be used:\n  " + "\n  ".join(problems) + f"\n{hint[2:]}")
    return [
        Example(path, label, hashlib.sha256(path.read_bytes()).hexdigest())
        for label in sorted(pictures)
        for path in pictures[label]
    ]


def pictures_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)


def too_few(pictures: dict[int, list[Path]]) -> list[str]:
    """A problem for each class that is missing or too small."""
    counts = {label: len(pictures.get(label, [])) for label in range(len(CLASSES))}
    return [
        f"{CLASSES[label]}: "
        + (
            f"{count} pictures, at least {FEWEST_PICTURES} needed"
            if label in pictures
            else "no folder"
        )
        for label, count in counts.items()
        if count < FEWEST_PICTURES
    ]


def dataset_hash(pictures: Iterable[tuple[int, str]]) -> str:
    """One hash for (label, sha256 of the file) pairs, whatever their order and names."""
    lines = "".join(f"{label} {digest}\n" for label, digest in sorted(pictures))
    return f"sha256:{hashlib.sha256(lines.encode()).hexdigest()}"
