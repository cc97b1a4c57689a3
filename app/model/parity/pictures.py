"""The pictures of the parity vectors: one for each way in which two libraries may disagree.

All are drawn. PNG where the resizing is compared, so that JPEG decoders can't differ; few shades,
so that the files stay small.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageFilter, ImageOps

from ..format.classes import class_index
from ..train.drawing import draw

EXIF_ORIENTATION, STORED_SIDEWAYS = 0x0112, 6  # 6: turn by 90 degrees clockwise to see it upright


@dataclass(frozen=True)
class PictureCase:
    """A picture to be made and what it is there to catch."""

    name: str
    suffix: str
    catches: str
    make: Callable[[], bytes]


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def jpeg(image: Image.Image, orientation: int = 1) -> bytes:
    buffer, exif = io.BytesIO(), Image.Exif()
    exif[EXIF_ORIENTATION] = orientation
    image.save(buffer, "JPEG", quality=80, exif=exif)
    return buffer.getvalue()


def drawn(name: str, width: int, height: int) -> Image.Image:
    """A drawn picture of this class and exact size, in 32 shades a channel."""
    image = draw(class_index(name), seed=7, size=min(width, height))
    fitted = ImageOps.fit(image, (width, height), Image.Resampling.BICUBIC)
    return ImageOps.posterize(fitted.filter(ImageFilter.MedianFilter(3)), 5)


def transparent() -> bytes:
    """Vegetables that fade out towards the edge, through all values of alpha."""
    image = drawn("Vegetable/Fruit", 260, 300)
    image.putalpha(ImageOps.invert(Image.radial_gradient("L")).resize(image.size))
    return png(image)


def sideways() -> bytes:
    """Upright after turning as EXIF says: the wider side is stored as the height."""
    stored = drawn("Dessert", 400, 300).transpose(Image.Transpose.ROTATE_90)
    return jpeg(stored, STORED_SIDEWAYS)


def half_size() -> bytes:
    """Large enough that a decoder may take every second pixel."""
    return jpeg(drawn("Noodles/Pasta", 640, 480))


CASES = (
    PictureCase("landscape", "png", "shrinking, cut sides", lambda: png(drawn("Egg", 400, 300))),
    PictureCase("portrait", "png", "odd sides: half pixels", lambda: png(drawn("Soup", 257, 331))),
    PictureCase("thumbnail", "png", "enlarging", lambda: png(drawn("Meat", 120, 89))),
    PictureCase("exact", "png", "no resizing at all", lambda: png(drawn("Rice", 224, 224))),
    PictureCase("grey", "png", "one channel", lambda: png(drawn("Seafood", 300, 260).convert("L"))),
    PictureCase("palette", "png", "indexed", lambda: png(drawn("Bread", 320, 320).quantize(32))),
    PictureCase("transparent", "png", "an alpha channel", transparent),
    PictureCase("photo", "jpg", "JPEG decoded at half size", half_size),
    PictureCase("sideways", "jpg", "EXIF orientation", sideways),
)
