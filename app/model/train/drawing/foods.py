"""How each of the 11 classes is drawn: a function a class, each with its usual variants.

Every function gets a brush, the middle of the food and the half-axes of the room it has, in pixels.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

from .brush import Brush

Food = Callable[[Brush, float, float, float, float], None]


class Dish(NamedTuple):
    """What a food lies on: the share of pictures with tableware, and whether it is a bowl."""

    plate_share: float
    deep: bool = False


def bread(brush: Brush, x: float, y: float, rx: float, ry: float) -> None:
    """A scored loaf, or a slice with its crumb."""
    crust = brush.shade((178, 112, 52), 15)
    if brush.chance(0.5):
        brush.box(x, y, rx, ry * 0.5, brush.shade((110, 62, 25)), ry * 0.45)
        brush.box(x, y, rx * 0.97, ry * 0.46, crust, ry * 0.42)
        for cut in brush.count(3, 5):
            start = x - rx * 0.7 + cut * rx * 0.32
            ends = [(start, y - ry * 0.34), (start + rx * 0.15, y + ry * 0.25)]
            brush.line(ends, brush.shade((228, 190, 130)), brush.between(4, 9))
        return
    brush.box(x, y, rx * 0.72, ry * 0.72, crust, rx * 0.3)
    brush.box(x, y, rx * 0.62, ry * 0.62, brush.shade((238, 212, 160)), rx * 0.25)
    for _ in range(60):
        brush.ellipse(*brush.inside(x, y, rx * 0.5, ry * 0.5), 2, 2, brush.shade((215, 180, 125)))


def dairy(brush: Brush, x: float, y: float, rx: float, ry: float) -> None:
    """A glass of milk, or a wedge of cheese with holes."""
    if brush.chance(0.5):
        width, level = rx * brush.between(0.4, 0.55), brush.between(-0.6, -0.1)
        glass, milk = brush.shade((222, 230, 237), 4), brush.shade((250, 250, 246), 3)
        corners = [(x - width, y - ry), (x + width, y - ry), (x + width * 0.8, y + ry)]
        brush.polygon([*corners, (x - width * 0.8, y + ry)], glass)
        top = y + ry * level
        corners = [
            (x - width * 0.92, top),
            (x + width * 0.92, top),
            (x + width * 0.76, y + ry * 0.94),
        ]
        brush.polygon([*corners, (x - width * 0.76, y + ry * 0.94)], milk)
        brush.ellipse(x, top, width * 0.92, ry * 0.08, (255, 255, 252))
        brush.ellipse(x, y - ry, width, ry * 0.09, None, (150, 160, 170))
        return
    top, side = brush.shade((245, 205, 80), 9), brush.shade((225, 175, 50), 6)
    near, far = (x - rx, y + ry * 0.3), (x + rx * 0.9, y + ry * 0.3)
    brush.polygon([near, (x + rx * 0.8, y - ry * 0.5), far], top)
    brush.polygon([near, far, (x + rx * 0.9, y + ry * 0.75), (x - rx, y + ry * 0.75)], side)
    for _ in brush.count(4, 8):
        hole = brush.between(5, 14)
        at = x + brush.between(-0.7, 0.7) * rx, y + brush.between(0.35, 0.68) * ry
        brush.ellipse(*at, hole, hole, brush.shade((190, 140, 35)))


def dessert(brush: Brush, x: float, y: float, rx: float, ry: float) -> None:
    """A layer cake with icing and a cherry, or a cup with three scoops of ice cream."""
    if brush.chance(0.5):
        brush.box(x, y + ry * 0.15, rx * 0.8, ry * 0.45, brush.shade((110, 60, 35)))
        for layer in range(2):
            brush.box(x, y + ry * 0.3 * layer, rx * 0.8, ry * 0.05, brush.shade((250, 225, 215), 7))
        brush.box(
            x, y - ry * 0.38, rx * 0.85, ry * 0.13, brush.shade((240, 150, 180), 15), ry * 0.08
        )
        cherry = x + brush.between(-0.4, 0.4) * rx
        brush.ellipse(cherry, y - ry * 0.6, rx * 0.14, rx * 0.14, brush.shade((200, 20, 40)))
        return
    for scoop, colour in enumerate([(250, 180, 200), (245, 235, 205), (120, 75, 50)]):
        at = x + (scoop - 1) * rx * 0.5, y - (scoop % 2) * ry * 0.3
        brush.ellipse(*at, rx * 0.42, ry * 0.42, brush.shade(colour))
    rim = [(x - rx * 0.75, y + ry * 0.2), (x + rx * 0.75, y + ry * 0.2)]
    foot = [(x + rx * 0.4, y + ry * 0.8), (x - rx * 0.4, y + ry * 0.8)]
    brush.polygon(rim + foot, brush.shade((200, 220, 230), 6))


def egg(brush: Brush, x: float, y: float, rx: float, ry: float) -> None:
    """One or two fried eggs, or a boiled one cut in halves."""
    if brush.chance(0.6):
        for _ in brush.count(1, 2):
            at_x, at_y = x + brush.between(-0.3, 0.3) * rx, y + brush.between(-0.3, 0.3) * ry
            brush.blob(at_x, at_y, rx * 0.55, ry * 0.55, brush.shade((252, 252, 246), 3), 0.08)
            brush.ellipse(at_x, at_y, rx * 0.2, ry * 0.19, brush.shade((245, 180, 35), 10))
            brush.ellipse(at_x - rx * 0.06, at_y - ry * 0.07, rx * 0.05, ry * 0.04, (255, 225, 130))
        return
    for side in (-1, 1):
        middle = x + side * rx * 0.42
        brush.ellipse(
            middle, y, rx * 0.36, ry * 0.5, brush.shade((250, 248, 238), 3), (200, 195, 185)
        )
        brush.ellipse(middle, y + ry * 0.06, rx * 0.2, ry * 0.2, brush.shade((243, 190, 60), 9))


def fried(brush: Brush, x: float, y: float, rx: float, ry: float) -> None:
    """A heap of chips."""
    for _ in brush.count(18, 36):
        at = brush.inside(x, y, rx * 0.6, ry * 0.5)
        colour = brush.shade((232, 170, 60), 17)
        brush.stick(*at, rx * brush.between(0.5, 0.95), colour, brush.between(9, 15))


def meat(brush: Brush, x: float, y: float, rx: float, ry: float) -> None:
    """A steak with its fat, half of them with marks of the grill."""
    brush.blob(x, y, rx * 0.82, ry * 0.62, brush.shade((125, 55, 40)), 0.1)
    brush.blob(x, y, rx * 0.72, ry * 0.52, brush.shade((160, 65, 55), 13), 0.1)
    for _ in brush.count(3, 6):
        at_x, at_y = brush.inside(x, y, rx * 0.5, ry * 0.35)
        end = at_x + brush.rng.normal(0, rx * 0.25), at_y + brush.rng.normal(0, ry * 0.1)
        brush.line([(at_x, at_y), end], brush.shade((240, 215, 200)), brush.between(3, 8))
    if brush.chance(0.5):
        for mark in range(5):
            start = x - rx * 0.6 + mark * rx * 0.28
            brush.line([(start, y - ry * 0.45), (start + rx * 0.2, y + ry * 0.45)], (70, 30, 22), 5)


def noodles(brush: Brush, x: float, y: float, rx: float, ry: float) -> None:
    """A tangle of strands, some with sauce."""
    for _ in brush.count(60, 110):
        at = brush.inside(x, y, rx * 0.6, ry * 0.5)
        bend = brush.between(10, rx * 0.5)
        turn, sweep = brush.between(0, 360), brush.between(90, 260)
        colour = brush.shade((238, 205, 120), 17)
        brush.arc(*at, bend, bend * 0.7, turn, sweep, colour, brush.between(3, 6))
    if brush.chance(0.4):
        brush.blob(x, y, rx * 0.25, ry * 0.25, brush.shade((180, 50, 30)))


def rice(brush: Brush, x: float, y: float, rx: float, ry: float) -> None:
    """A mound of short grains."""
    brush.ellipse(x, y, rx * 0.85, ry * 0.75, brush.shade((240, 238, 228), 4))
    for _ in brush.count(350, 600):
        at = brush.inside(x, y, rx * 0.85, ry * 0.75)
        brush.stick(*at, 7, brush.shade((246, 244, 236), 13), 3)


def seafood(brush: Brush, x: float, y: float, rx: float, ry: float) -> None:
    """A whole fish, or a handful of prawns."""
    (fish if brush.chance(0.5) else prawns)(brush, x, y, rx, ry)


def fish(brush: Brush, x: float, y: float, rx: float, ry: float) -> None:
    colour, half = brush.shade((130, 150, 170), 20), ry * brush.between(0.28, 0.4)
    brush.ellipse(x, y, rx * 0.8, half, colour)
    brush.polygon(
        [(x + rx * 0.65, y), (x + rx * 1.05, y - half), (x + rx * 1.05, y + half)], colour
    )
    brush.ellipse(x - rx * 0.55, y - half * 0.25, rx * 0.06, rx * 0.06, (250, 250, 250))
    brush.ellipse(x - rx * 0.55, y - half * 0.25, rx * 0.03, rx * 0.03, (10, 10, 10))
    for scale in range(8):
        middle = x - rx * 0.3 + scale * rx * 0.12
        brush.arc(middle, y, rx * 0.1, half * 0.7, 270, 180, brush.shade((90, 105, 125)), 2)


def prawns(brush: Brush, x: float, y: float, rx: float, ry: float) -> None:
    for _ in brush.count(3, 5):
        at_x, at_y = brush.inside(x, y, rx * 0.5, ry * 0.4)
        bend, turn = rx * brush.between(0.25, 0.36), brush.between(0, 360)
        brush.arc(at_x, at_y, bend, bend, turn, 230, brush.shade((240, 125, 85)), bend * 0.5)
        for joint in range(6):
            angle = math.radians(turn + joint * 38)
            dx, dy = bend * math.cos(angle), bend * math.sin(angle)
            ends = [(at_x + dx * 0.5, at_y + dy * 0.5), (at_x + dx, at_y + dy)]
            brush.line(ends, (250, 200, 175), 3)


def soup(brush: Brush, x: float, y: float, rx: float, ry: float) -> None:
    """A filled bowl with pieces of vegetable and drops of fat."""
    kinds = [(200, 90, 35), (215, 165, 70), (110, 140, 60), (165, 110, 60), (225, 200, 150)]
    broth = brush.pick(kinds)
    brush.ellipse(x, y, rx * 0.95, ry * 0.95, brush.shade(broth, 15))
    for _ in brush.count(3, 13):
        piece, at = brush.between(4, 13), brush.inside(x, y, rx * 0.76, ry * 0.76)
        colour = brush.pick([(60, 130, 50), (230, 120, 40), (245, 235, 200)])
        brush.blob(*at, piece, piece, brush.shade(colour))
    for _ in range(12):
        brush.ellipse(*brush.inside(x, y, rx * 0.8, ry * 0.8), 3, 3, brush.shade(broth, 5))


def vegetables(brush: Brush, x: float, y: float, rx: float, ry: float) -> None:
    """Tomatoes, carrots, broccoli and leaves, four to eight pieces."""
    for _ in brush.count(4, 8):
        at = brush.inside(x, y, rx * 0.65, ry * 0.55)
        brush.pick([tomato, carrot, broccoli, leaf])(brush, *at, rx)


def tomato(brush: Brush, x: float, y: float, size: float) -> None:
    brush.ellipse(x, y, size * 0.24, size * 0.23, brush.shade((205, 35, 35), 18))
    brush.line([(x, y - size * 0.2), (x + 4, y - size * 0.32)], (60, 110, 40), 4)


def carrot(brush: Brush, x: float, y: float, size: float) -> None:
    angle, thick = brush.between(0, math.tau), size * 0.15
    tip = x + size * 0.5 * math.cos(angle), y + size * 0.5 * math.sin(angle)
    across = -thick * math.sin(angle), thick * math.cos(angle)
    base = [(x - across[0], y - across[1]), (x + across[0], y + across[1])]
    brush.polygon([*base, tip], brush.shade((235, 125, 30), 13))


def broccoli(brush: Brush, x: float, y: float, size: float) -> None:
    for _ in range(8):
        at = brush.inside(x, y, size * 0.2, size * 0.18)
        brush.ellipse(*at, size * 0.09, size * 0.09, brush.shade((50, 125, 45), 16))


def leaf(brush: Brush, x: float, y: float, size: float) -> None:
    brush.blob(x, y, size * 0.26, size * 0.26, brush.shade((95, 165, 60), 20), 0.2)


FOODS: dict[str, Food] = {
    "Bread": bread,
    "Dairy product": dairy,
    "Dessert": dessert,
    "Egg": egg,
    "Fried food": fried,
    "Meat": meat,
    "Noodles/Pasta": noodles,
    "Rice": rice,
    "Seafood": seafood,
    "Soup": soup,
    "Vegetable/Fruit": vegetables,
}

LAID_ON: dict[str, Dish] = {
    "Bread": Dish(0.75),
    "Dairy product": Dish(0.0),
    "Dessert": Dish(0.75),
    "Egg": Dish(0.75),
    "Fried food": Dish(0.75),
    "Meat": Dish(0.75),
    "Noodles/Pasta": Dish(1.0, deep=True),
    "Rice": Dish(1.0, deep=True),
    "Seafood": Dish(0.75),
    "Soup": Dish(1.0, deep=True),
    "Vegetable/Fruit": Dish(0.75),
}
