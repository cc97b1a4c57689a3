"""The transform survives its trip through a model's metadata."""

import json

import pytest

from .errors import ModelError
from .transform import TRANSFORM, Transform, from_json


def test_json_and_back():
    other = Transform(size=256, mean=(1.0, 2.0, 3.0))
    assert from_json(TRANSFORM.to_json()) == TRANSFORM
    assert from_json(other.to_json()) == other


@pytest.mark.parametrize("text", ["", "[]", '{"sise": 224}', '"x"'])
def test_nonsense_is_refused(text):
    with pytest.raises(ModelError, match="can't be read"):
        from_json(text)


def test_a_step_that_this_code_cannot_do_is_refused():
    given = json.loads(TRANSFORM.to_json()) | {"kernel": "lanczos3"}
    with pytest.raises(ModelError, match="kernel 'lanczos3'; known: 'cubic'"):
        from_json(json.dumps(given))
