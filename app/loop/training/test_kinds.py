"""The registry of kinds."""

from importlib import import_module

import pytest

from .kinds import KINDS, UnknownKind, require_kind


@pytest.mark.parametrize("name", sorted(KINDS))
def test_each_kind_has_its_function(name):
    kind = require_kind(name)
    module, function = kind.function.split(":")
    assert callable(getattr(import_module(module), function))
    assert kind.limit_seconds > 0


def test_an_unknown_kind_names_the_known():
    with pytest.raises(UnknownKind, match="'bake'; there are: self-test"):
        require_kind("bake")
