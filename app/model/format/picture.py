"""From the bytes of a picture to the model's input, with Pillow: the Python side of the transform.

The server does the same with libvips. Where the two libraries place pixels differently, this side
follows libvips, because what users upload goes through that one; `geometry` has the details.
"""

import io
import math
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps

from .errors import ModelError
from .transform import TRANSFORM, Transform

Box = tuple[float, float, float, float]
FOLDED_16_BIT = ("I;16", "I;16L", "I;16B", "I;16N")


def input_tensor(picture: bytes | Path, transform: Transform = TRANSFORM) -> np.ndarray:
    """Picture file or its bytes -> float32 [3, size, size]. Raises ModelError if unreadable."""
    values = scaled_pixels(picture, transform).astype(np.float32)
    mean, scale = np.float32(transform.mean), np.float32(transform.scale)
    return np.ascontiguousarray(((values - mean) / scale).transpose(2, 0, 1))


def scaled_pixels(picture: bytes | Path, transform: Transform = TRANSFORM) -> np.ndarray:
    """Picture file or its bytes -> uint8 [size, size, 3], before normalisation."""
    try:
        with Image.open(io.BytesIO(picture) if isinstance(picture, bytes) else picture) as image:
            image.draft(
                None, (transform.size, transform.size)
            )  # decode JPEGs no larger than needed
            return np.asarray(cover(upright_rgb(image, transform), transform.size))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        name = "the picture" if isinstance(picture, bytes) else str(picture)
        raise ModelError(f"{name} can't be read as a picture: {error}") from error


def upright_rgb(image: Image.Image, transform: Transform) -> Image.Image:
    """The picture turned upright, in sRGB, without transparency."""
    profile = image.info.get("icc_profile")
    image = ImageOps.exif_transpose(image)
    if image.mode in FOLDED_16_BIT:  # Pillow would clip these at 255 instead of scaling them
        image = Image.fromarray((np.asarray(image).astype(np.uint16) >> 8).astype(np.uint8))
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        image = Image.alpha_composite(
            Image.new("RGBA", layer.size, (*transform.background, 255)), layer
        ).convert("RGB")
    if profile and image.mode == "RGB":
        return srgb(image, profile)
    return image.convert("RGB")


def srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """The picture's colours moved from its own profile to sRGB; a broken profile is ignored."""
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(
            image, own, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError):
        return image


def cover(image: Image.Image, size: int) -> Image.Image:
    """Scale until the shorter side is `size`, keep the centre: size x size."""
    left, top, right, bottom = geometry(image.width, image.height, size)
    margin = math.ceil(max(0, -left, -top, right - image.width, bottom - image.height))
    if margin:  # libvips repeats the edge where the centre reaches half a pixel over it
        around = ((margin, margin), (margin, margin), (0, 0))
        image = Image.fromarray(np.pad(np.asarray(image), around, "edge"))
    box = (left + margin, top + margin, right + margin, bottom + margin)
    return image.resize((size, size), Image.Resampling.BICUBIC, box=box)


def geometry(width: int, height: int, size: int) -> Box:
    """The part that is kept, in the picture's own (fractional) pixels: left, top, right, bottom.

    libvips scales first and cuts whole pixels afterwards, so the centre is up to half an output
    pixel off. Shrinking (`vips_reduce`) aligns the centres of both pictures; enlarging
    (`vips_affine`) aligns them at the corner, half an output pixel further left. Found by searching
    for the offset that fits best, sharp 0.35.5 with libvips 8.18.7.
    """
    step = min(width, height) / size  # source pixels an output pixel

    def start(side: int) -> float:
        scaled = math.floor(side / step + 0.5)
        cut = (scaled - size + 1) // 2
        if step < 1:
            return (cut - 0.5) * step
        return (side - scaled * step) / 2 + cut * step

    left, top = start(width), start(height)
    return left, top, left + size * step, top + size * step
