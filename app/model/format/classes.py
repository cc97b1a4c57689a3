"""The Food-11 classes, and which folder or file name stands for which.

The list itself is `app/contract/classes.json`, shared with the TypeScript services.
"""

import json
import re
from pathlib import Path

from .errors import ModelError

CLASSES: tuple[str, ...] = tuple(
    json.loads((Path(__file__).parents[2] / "contract" / "classes.json").read_text("utf-8"))
)


def simplified(name: str) -> str:
    """A name without case and punctuation: `Noodles/Pasta` and `noodles-pasta` are the same."""
    return re.sub(r"[^a-z0-9]+", "", name.lower())


BY_NAME = {simplified(name): index for index, name in enumerate(CLASSES)}


def class_index(name: str) -> int:
    """Index of a class by its name (`Egg`, `noodles-pasta`), number (`3`) or `class_03`.

    Raises ModelError for anything else.
    """
    if simplified(name) in BY_NAME:
        return BY_NAME[simplified(name)]
    number = re.fullmatch(r"(?:class_?)?(\d{1,2})", name.strip().lower())
    if number and int(number[1]) < len(CLASSES):
        return int(number[1])
    raise ModelError(
        f"unknown class '{name}'; allowed: {', '.join(CLASSES)}, "
        f"0 to {len(CLASSES) - 1}, or class_00 to class_{len(CLASSES) - 1}"
    )
