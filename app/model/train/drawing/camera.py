"""How a scene is photographed: angle, frame, light, noise; and what drift does to all of it."""

import math

import numpy as np
from PIL import Image, ImageFilter

from .scene import CANVAS

ASPECTS = (1.0, 4 / 3, 3 / 4, 3 / 2)  # width to height
FRAME = (270, 350)  # canvas pixels along the longer side of what the camera sees
# What drift = 1 does, each scaled by the dial and varied by a fifth from picture to picture.
DARKENING, WARMTH = 0.55, np.array([0.35, 0.0, -0.45])
BLUR_PX, NOISE = 2.2, 0.03  # at 256 pixels; of full scale


def photograph(
    scene: Image.Image, rng: np.random.Generator, drift: float, size: int
) -> Image.Image:
    """The scene as a camera sees it, RGB, shorter side `size`."""
    image = frame(scene, rng, size)
    values = np.asarray(image, np.float32) / 255
    values = light(values, rng) + noise(values.shape, rng, 0.02)
    strength = drift * rng.uniform(0.8, 1.2, 3)
    if drift > 0:
        grain = noise(values.shape, rng, NOISE)
        values = np.clip(values, 0, 1) * (1 - DARKENING * strength[0]) * (1 + WARMTH * strength[1])
        radius = float(BLUR_PX * strength[2] * size / 256)
        blurred = to_image(values).filter(ImageFilter.GaussianBlur(radius))
        values = np.asarray(blurred, np.float32) / 255 + drift * grain
    return to_image(values)


def frame(scene: Image.Image, rng: np.random.Generator, size: int) -> Image.Image:
    """Turn by up to 25 degrees, frame the middle at some distance, scale: one resampling."""
    angle = math.radians(rng.uniform(-25, 25))
    aspect = ASPECTS[int(rng.integers(len(ASPECTS)))]
    longer = rng.uniform(*FRAME)
    width = round(size * max(1, aspect))
    height = round(size * max(1, 1 / aspect))
    step = longer / max(width, height)
    cos, sin = step * math.cos(angle), step * math.sin(angle)
    middle = CANVAS / 2
    left = middle - cos * width / 2 + sin * height / 2
    top = middle - sin * width / 2 - cos * height / 2
    matrix = (cos, -sin, left, sin, cos, top)
    seen = scene.transform(
        (width, height), Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC
    )
    softness = rng.uniform(0.3, 1.1) / step  # canvas pixels: a drawn edge is never quite sharp
    return seen.filter(ImageFilter.GaussianBlur(float(softness)))


def light(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A lamp from one side, some exposure, some white balance."""
    height, width = values.shape[:2]
    angle, exposure, balance = (
        rng.uniform(0, math.tau),
        rng.uniform(0.8, 1.15),
        rng.normal(0, 0.04, 3),
    )
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    side = 1 + 0.2 * (across * math.cos(angle) + down * math.sin(angle))
    return values * (exposure * side)[..., None] * (1 + balance.astype(np.float32))


def noise(shape: tuple[int, ...], rng: np.random.Generator, deviation: float) -> np.ndarray:
    return rng.standard_normal(shape, dtype=np.float32) * np.float32(deviation)


def to_image(values: np.ndarray) -> Image.Image:
    return Image.fromarray((np.clip(values, 0, 1) * 255).astype(np.uint8))
