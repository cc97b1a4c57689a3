"""One drawn picture: a table, tableware, food, then a camera. Everything follows from the seed."""

import io

import numpy as np
from PIL import Image

from ...format.classes import CLASSES
from .brush import Brush
from .camera import photograph
from .foods import FOODS, LAID_ON
from .scene import CANVAS, lay_table, put_cutlery, put_plate

# Part of the data-set hash: raise it when the drawings change, and fit the demonstration head anew.
STREAMS_VERSION = 1
JPEG_QUALITY = 90


def draw(class_index: int, seed: int, drift: float = 0.0, size: int = 256) -> Image.Image:
    """A picture of one class, RGB, its shorter side `size` pixels.

    `drift` from 0 (daylight, light tableware) to 1 (a dim, warm room, dark tableware, a shaky
    phone). The same class and seed at another drift is the same dish in the same pose.
    """
    if not 0 <= drift <= 1:
        raise ValueError(f"drift is {drift}; allowed: 0 to 1")
    # One stream a concern, so that the drift dial can't shift the other draws.
    table, food, camera = (
        np.random.default_rng([STREAMS_VERSION, seed, class_index, stream]) for stream in range(3)
    )
    image = Image.new("RGB", (CANVAS, CANVAS))
    lay_table(Brush(image, table), drift)
    brush = Brush(image, food)
    x, y = CANVAS / 2 + food.normal(0, 18, 2)
    radius = food.uniform(105, 150)
    dish = LAID_ON[CLASSES[class_index]]
    if food.uniform() < dish.plate_share:
        rx, ry = put_plate(Brush(image, table), x, y, radius, drift, deep=dish.deep)
    else:
        rx, ry = radius * 0.8, radius * 0.8
    FOODS[CLASSES[class_index]](brush, x, y, rx, ry)
    put_cutlery(Brush(image, table))
    return photograph(image, camera, drift, size)


def jpeg(image: Image.Image) -> bytes:
    """The picture as a phone would upload it."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=JPEG_QUALITY)
    return buffer.getvalue()
