"""The model file: reproducible, self-describing, and what it says it is."""

import dataclasses

import numpy as np
import onnx
import pytest

from .classes import CLASSES
from .errors import ModelError
from .head import DEMO_HEAD, read_head
from .metadata import metadata_of, to_bytes
from .model import build_model, read_model, replace_head, write_model
from .transform import TRANSFORM


@pytest.fixture(scope="module")
def model():
    return build_model(read_head(DEMO_HEAD))


def test_the_same_bytes_each_time(model):
    assert to_bytes(build_model(read_head(DEMO_HEAD))) == to_bytes(model)


def test_inputs_and_outputs(model):
    def shape(value):
        sizes = value.type.tensor_type.shape.dim
        return value.name, [size.dim_param or size.dim_value for size in sizes]

    assert [shape(value) for value in model.graph.input] == [("input", ["N", 3, 224, 224])]
    outputs = [("logits", ["N", 11]), ("embedding", ["N", 1280])]
    assert [shape(value) for value in model.graph.output] == outputs


def test_what_it_says_about_itself(model):
    about = metadata_of(model)
    assert (about.classes, about.transform, about.parent) == (CLASSES, TRANSFORM, "")
    assert "not a food recogniser" in about.notice
    assert about.dataset_hash.startswith("sha256:")


def test_another_head_is_another_version_with_the_same_network(model):
    head = read_head(DEMO_HEAD)
    other = replace_head(model, dataclasses.replace(head, bias=head.bias + 1, parent="abc"))
    assert metadata_of(other).version != metadata_of(model).version
    assert metadata_of(other).parent == "abc"
    differing = [
        new.name
        for old, new in zip(model.graph.initializer, other.graph.initializer, strict=True)
        if old != new
    ]
    assert differing == ["head.bias"]
    assert replace_head(other, head) == model


def test_words_alone_change_the_version_too(model):
    head = dataclasses.replace(read_head(DEMO_HEAD), notice="")
    assert metadata_of(replace_head(model, head)).version != metadata_of(model).version


def test_a_head_that_does_not_fit_is_refused(model):
    head = read_head(DEMO_HEAD)
    with pytest.raises(ModelError, match=r"head.weight is \[11, 1280\]"):
        replace_head(model, dataclasses.replace(head, weight=np.zeros((3, 1280), np.float32)))


def test_written_files_read_back_and_others_are_refused(model, tmp_path):
    write_model(model, tmp_path / "deep" / "model.onnx")
    assert read_model(tmp_path / "deep" / "model.onnx") == model
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["model.onnx"]
    (tmp_path / "text.onnx").write_text("hello")
    with pytest.raises(ModelError, match="not an ONNX file"):
        read_model(tmp_path / "text.onnx")
    with pytest.raises(ModelError, match="no model file"):
        read_model(tmp_path / "none.onnx")
    with pytest.raises(ModelError, match="format is 'None'"):
        metadata_of(onnx.ModelProto())
