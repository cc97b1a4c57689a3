"""The course tutorial's eight example photos, and the class each one truly shows."""

import re
from pathlib import Path

from ..format.classes import CLASSES
from ..format.errors import ModelError

# Named after what the tutorial uses them for, not by class; seen by eye.
BY_EYE = {
    "lowconfidence_vege": "Vegetable/Fruit",
    "userfeedback_egg": "Egg",
    "userfeedback_ravioli": "Noodles/Pasta",
}


def true_class(path: Path) -> int | None:
    """Class index by file name (`food11_<class>_<number>.jpg` or one of the above), or None."""
    numbered = re.fullmatch(r"food11_(\d+)_\d+", path.stem)
    if numbered:
        return int(numbered[1])
    return CLASSES.index(BY_EYE[path.stem]) if path.stem in BY_EYE else None


def example_photos(folder: Path) -> list[tuple[Path, int]]:
    """The example photos in a folder with their classes. Raises ModelError if there are none."""
    found = [(path, true_class(path)) for path in sorted(folder.glob("*.jpg"))]
    photos = [(path, label) for path, label in found if label is not None]
    if not photos:
        raise ModelError(
            f"no example photo in {folder}; their names are food11_<class>_<number>.jpg, "
            + ", ".join(f"{stem}.jpg" for stem in BY_EYE)
        )
    return photos
