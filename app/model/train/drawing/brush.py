"""Drawing with a random hand: every shape a little irregular, every colour a little off."""

import math

import numpy as np
from PIL import Image, ImageDraw

Colour = tuple[int, int, int]


class Brush:
    """A picture under the brush, and the random hand that holds it. Units: pixels."""

    def __init__(self, image: Image.Image, rng: np.random.Generator) -> None:
        self.rng = rng
        self.ink = ImageDraw.Draw(image)

    def between(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def count(self, low: int, high: int) -> range:
        """A random number of repetitions, low to high."""
        return range(int(self.rng.integers(low, high + 1)))

    def chance(self, share: float) -> bool:
        return bool(self.rng.uniform() < share)

    def pick(self, choices: list) -> object:
        return choices[int(self.rng.integers(len(choices)))]

    def shade(self, colour: Colour, spread: float = 12) -> Colour:
        """A colour near this one; `spread` is the standard deviation of each channel."""
        near = np.clip(np.asarray(colour) + self.rng.normal(0, spread, 3), 0, 255)
        return tuple(int(value) for value in near)

    def inside(self, x: float, y: float, rx: float, ry: float) -> tuple[float, float]:
        """A point in an ellipse, uniform over its area."""
        angle, reach = self.between(0, math.tau), math.sqrt(self.rng.uniform())
        return x + rx * reach * math.cos(angle), y + ry * reach * math.sin(angle)

    def ellipse(
        self,
        x: float,
        y: float,
        rx: float,
        ry: float,
        fill: Colour | None,
        rim: Colour | None = None,
    ) -> None:
        self.ink.ellipse([x - rx, y - ry, x + rx, y + ry], fill=fill, outline=rim, width=2)

    def box(
        self, x: float, y: float, rx: float, ry: float, fill: Colour, round_by: float = 0
    ) -> None:
        self.ink.rounded_rectangle([x - rx, y - ry, x + rx, y + ry], radius=round_by, fill=fill)

    def polygon(self, points: list[tuple[float, float]], fill: Colour) -> None:
        self.ink.polygon(points, fill=fill)

    def line(self, points: list[tuple[float, float]], fill: Colour, width: float) -> None:
        self.ink.line(points, fill=fill, width=max(1, int(width)))

    def stick(self, x: float, y: float, length: float, fill: Colour, width: float) -> None:
        """A straight piece of this length around a point, in any direction."""
        angle = self.between(0, math.pi)
        dx, dy = length / 2 * math.cos(angle), length / 2 * math.sin(angle)
        self.line([(x - dx, y - dy), (x + dx, y + dy)], fill, width)

    def arc(
        self, x: float, y: float, rx: float, ry: float, start: float, sweep: float, fill: Colour,
        width: float,
    ) -> None:  # fmt: skip
        """Part of an ellipse's line; `start` and `sweep` in degrees, clockwise from the right."""
        self.ink.arc(
            [x - rx, y - ry, x + rx, y + ry], start, start + sweep, fill=fill, width=int(width)
        )

    def blob(
        self, x: float, y: float, rx: float, ry: float, fill: Colour, rough: float = 0.15
    ) -> None:
        """A closed outline whose radius varies by `rough` (a share of it)."""
        corners, turn = 16, self.between(0, math.tau)
        reach = 1 + self.rng.normal(0, rough, corners)
        angles = turn + np.arange(corners) * math.tau / corners
        xs, ys = x + rx * reach * np.cos(angles), y + ry * reach * np.sin(angles)
        self.polygon(list(zip(xs.tolist(), ys.tolist(), strict=True)), fill)
