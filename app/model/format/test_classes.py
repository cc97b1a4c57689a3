"""Class names as people write them on folders."""

import pytest

from .classes import CLASSES, class_index
from .errors import ModelError


@pytest.mark.parametrize("index", range(11))
def test_every_way_to_name_a_class(index):
    name = CLASSES[index]
    spellings = (name, name.upper(), name.replace("/", "-").replace(" ", "_"), str(index))
    assert [class_index(each) for each in (*spellings, f"class_{index:02d}")] == [index] * 5


@pytest.mark.parametrize("name", ["Pizza", "11", "class_11", "-1", "", "training"])
def test_anything_else_is_refused_with_what_is_allowed(name):
    with pytest.raises(ModelError, match=r"unknown class.*Bread.*0 to 10"):
        class_index(name)
