"""The weights file is read without running anything in it."""

import io
import os
import pickle

import pytest

from .errors import ModelError
from .weights import TensorsOnly, imagenet_weights, parse_legacy


class Harmful:
    def __reduce__(self):
        return os.system, ("true",)


def test_a_pickle_that_calls_something_is_refused():
    with pytest.raises(pickle.UnpicklingError, match="refused"):
        TensorsOnly(io.BytesIO(pickle.dumps(Harmful()))).load()


def test_another_format_is_refused():
    with pytest.raises(ModelError, match="not in the format"):
        parse_legacy(pickle.dumps(1) + pickle.dumps(2))


def test_the_packaged_weights_are_those_of_efficientnet_lite0():
    weights = imagenet_weights()
    assert weights["_conv_stem.weight"].shape == (32, 3, 3, 3)
    assert weights["_fc.weight"].shape == (1000, 1280)
    assert sum(array.size for name, array in weights.items() if name.endswith("weight")) > 4_500_000
