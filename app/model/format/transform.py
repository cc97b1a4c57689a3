"""The one transform from a picture to the model's input, as data.

It travels in the model's metadata; the server (sharp) and `picture.py` (Pillow) read it from there.
`parity/` proves that both come to the same tensor.
"""

import json
from dataclasses import asdict, dataclass

from .errors import ModelError


@dataclass(frozen=True)
class Transform:
    """How a decoded picture becomes `input`, float32 [N, 3, size, size].

    In this order: turn as EXIF says; convert an embedded colour profile to sRGB; lay transparency
    on `background`; scale by `kernel` (antialiased) until the shorter side is `size` ("cover"); cut
    out the centre; `(value - mean) / scale`, values 0 to 255; channels first, in `colour` order.
    JPEGs may be decoded at 1/2, 1/4 or 1/8 as long as the shorter side stays at least `size`.
    """

    colour: str = "RGB"
    orientation: str = "exif"
    background: tuple[int, int, int] = (255, 255, 255)
    size: int = 224
    fit: str = "cover"
    position: str = "centre"
    kernel: str = "cubic"
    # EfficientNet-Lite's own normalisation; found again by comparing batch-norm statistics
    # (ImageNet's mean and deviation give wrong activations).
    mean: tuple[float, float, float] = (127.0, 127.0, 127.0)
    scale: tuple[float, float, float] = (128.0, 128.0, 128.0)
    layout: str = "NCHW"

    def to_json(self) -> str:
        """Compact JSON with sorted keys, the same bytes for the same transform."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))


TRANSFORM = Transform()


def from_json(text: str) -> Transform:
    """The transform declared in a model's metadata.

    Raises ModelError if it isn't JSON or names a step that this code doesn't know.
    """
    try:
        given = json.loads(text)
        read = Transform(**{k: tuple(v) if isinstance(v, list) else v for k, v in given.items()})
    except (ValueError, TypeError, AttributeError) as error:
        raise ModelError(f"the model's transform can't be read ({error}): {text}") from error
    for field in ("colour", "orientation", "fit", "position", "kernel", "layout"):
        if getattr(read, field) != getattr(TRANSFORM, field):
            raise ModelError(
                f"the model's transform has {field} '{getattr(read, field)}'; "
                f"known: '{getattr(TRANSFORM, field)}'"
            )
    return read
