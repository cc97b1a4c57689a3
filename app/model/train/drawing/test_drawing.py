"""The generator: the same seed gives the same picture, the dial turns what it should."""

import numpy as np
import pytest

from ...format.classes import CLASSES
from . import draw, jpeg
from .foods import FOODS, LAID_ON


def test_every_class_can_be_drawn():
    assert list(FOODS) == list(LAID_ON) == list(CLASSES)
    assert len({jpeg(draw(label, 1, size=64)) for label in range(11)}) == 11


@pytest.mark.parametrize("drift", [0.0, 0.7])
def test_the_seed_decides(drift):
    assert jpeg(draw(3, 5, drift)) == jpeg(draw(3, 5, drift))
    assert jpeg(draw(3, 5, drift)) != jpeg(draw(3, 6, drift))


def test_drift_darkens_and_keeps_pose_and_frame():
    clear, dim = draw(4, 2, 0.0), draw(4, 2, 1.0)
    assert clear.size == dim.size
    assert np.asarray(dim).mean() < 0.6 * np.asarray(clear).mean()


def test_the_shorter_side_is_as_asked():
    shapes = {draw(9, seed, size=80).size for seed in range(12)}
    assert {min(shape) for shape in shapes} == {80}
    assert len(shapes) > 2


@pytest.mark.parametrize("drift", [-0.1, 1.1])
def test_the_dial_has_ends(drift):
    with pytest.raises(ValueError, match="allowed: 0 to 1"):
        draw(0, 1, drift)
