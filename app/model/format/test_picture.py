"""Reading pictures: what each kind of file becomes."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from .errors import ModelError
from .picture import geometry, input_tensor, scaled_pixels


def encoded(image: Image.Image, suffix: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, suffix, **options)
    return buffer.getvalue()


def test_normalised_channels_first():
    tensor = input_tensor(encoded(Image.new("RGB", (300, 200), (255, 127, 0))))
    assert (tensor.shape, tensor.dtype) == ((3, 224, 224), np.float32)
    assert [tensor[channel].min() for channel in range(3)] == [1.0, 0.0, -127 / 128]
    assert np.array_equal(tensor.min(axis=(1, 2)), tensor.max(axis=(1, 2)))


def test_transparent_is_laid_on_white():
    assert (scaled_pixels(encoded(Image.new("RGBA", (90, 90), (9, 9, 9, 0)))) == 255).all()


@pytest.mark.parametrize("mode", ["L", "P", "1", "RGBA", "LA", "CMYK"])
def test_every_mode_becomes_rgb(mode):
    suffix = "TIFF" if mode == "CMYK" else "PNG"
    assert scaled_pixels(encoded(Image.new(mode, (40, 30)), suffix)).shape == (224, 224, 3)


def test_sixteen_bits_are_scaled_not_clipped():
    grey = Image.fromarray(np.full((50, 50), 128 << 8, np.uint16))
    assert (scaled_pixels(encoded(grey)) == 128).all()


def test_turned_as_exif_says():
    half = Image.new("RGB", (300, 300))
    half.paste((255, 255, 255), (0, 0, 300, 150))  # white above
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    pixels = scaled_pixels(encoded(half, exif=exif))
    assert pixels[10].max() == 0
    assert pixels[213].min() == 255


def test_a_broken_colour_profile_is_ignored_and_a_good_one_is_used():
    image = Image.new("RGB", (30, 30), (200, 100, 50))
    plain = scaled_pixels(encoded(image))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert np.array_equal(scaled_pixels(encoded(image, icc_profile=b"nonsense")), plain)
    assert np.abs(scaled_pixels(encoded(image, icc_profile=srgb)).astype(int) - plain).max() <= 1


@pytest.mark.parametrize("data", [b"", b"not a picture", encoded(Image.new("RGB", (90, 90)))[:-40]])
def test_unreadable_is_a_model_error(data):
    with pytest.raises(ModelError, match="can't be read as a picture"):
        scaled_pixels(data)


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (223, 225), (224, 224), (225, 449), (4000, 3)])
def test_any_size_gives_the_square_middle(size):
    left, top, right, bottom = geometry(*size, 224)
    assert right - left == pytest.approx(min(size))
    assert bottom - top == pytest.approx(min(size))
    step = min(size) / 224
    assert abs((left + right) / 2 - size[0] / 2) <= step
    assert abs((top + bottom) / 2 - size[1] / 2) <= step
    assert scaled_pixels(encoded(Image.new("RGB", size))).shape == (224, 224, 3)
