"""What lies under the food: table, plate or bowl, cutlery; in daylight or drifted colours."""

from .brush import Brush, Colour

CANVAS = 520  # the camera never sees its corners: 520 > the diagonal of what it frames

TABLES: list[Colour] = [
    (205, 170, 125),
    (236, 235, 230),
    (160, 110, 70),
    (120, 130, 140),
    (226, 206, 180),
]
TABLES_DRIFTED: list[Colour] = [(60, 60, 70), (90, 30, 30), (40, 70, 60), (70, 50, 35)]
PLATES: list[Colour] = [(250, 250, 248), (240, 236, 225), (228, 238, 245)]
PLATES_DRIFTED: list[Colour] = [(45, 45, 50), (30, 60, 120), (150, 70, 40), (35, 90, 60)]
STEEL: Colour = (170, 170, 175)


def drifted(brush: Brush, drift: float, usual: list[Colour], other: list[Colour]) -> Colour:
    """A colour of the usual palette, or with probability `drift` of the other one."""
    choices = (brush.pick(usual), brush.pick(other))
    return choices[brush.chance(drift)]


def lay_table(brush: Brush, drift: float) -> None:
    """A plain, grained or chequered table."""
    ground = brush.shade(drifted(brush, drift, TABLES, TABLES_DRIFTED), 15)
    brush.ink.rectangle([0, 0, CANVAS, CANVAS], fill=ground)
    kind = brush.pick(["plain", "grain", "stripes"])
    step = int(brush.between(18, 50))
    if kind == "grain":
        for y in range(0, CANVAS, step):
            ends = [(0, y), (CANVAS, y + brush.between(-8, 8))]
            brush.line(ends, brush.shade(ground, 15), brush.between(1, 5))
    if kind == "stripes":
        other = brush.shade(ground, 30)
        for x in range(0, CANVAS, 2 * step):
            brush.ink.rectangle([x, 0, x + step, CANVAS], fill=other)


def put_plate(
    brush: Brush, x: float, y: float, radius: float, drift: float, *, deep: bool
) -> tuple[float, float]:
    """A plate, or a bowl if `deep`. Returns the half-axes of the room for food in it."""
    colour = brush.shade(drifted(brush, drift, PLATES, PLATES_DRIFTED), 6)
    inner = brush.shade(tuple(int(value * 0.94) for value in colour), 3)
    tilt, rim = brush.between(0.8, 1), 0.88 if deep else 0.74
    square = brush.chance(0.5 * drift)
    shape = brush.box if square else brush.ellipse
    shape(x + 6, y + 8, radius, radius * tilt, brush.shade((90, 80, 70)))  # its shadow
    shape(x, y, radius, radius * tilt, colour)
    shape(x, y, radius * rim, radius * rim * tilt, inner)
    return radius * rim, radius * rim * tilt


def put_cutlery(brush: Brush) -> None:
    """A fork's or knife's handle at the edge of three tables in ten."""
    if brush.chance(0.3):
        x = brush.between(90, 150)
        brush.line(
            [(x, 130), (x + brush.between(-15, 15), 400)], brush.shade(STEEL), brush.between(5, 10)
        )
