"""Head files: the same bytes for the same head, and nothing else accepted."""

import dataclasses

import numpy as np
import pytest

from .errors import ModelError
from .head import DEMO_HEAD, head_from_bytes, head_to_bytes, read_head


def test_the_demonstration_head_reads_and_writes_back_to_the_same_bytes():
    data = DEMO_HEAD.read_bytes()
    assert head_to_bytes(head_from_bytes(data)) == data
    assert len(data) < 60_000


def test_logits_are_linear_in_the_embedding():
    head = read_head(DEMO_HEAD)
    zeros = np.zeros((2, 1280), np.float32)
    assert np.array_equal(head.logits(zeros), np.stack([head.bias, head.bias]))


@pytest.mark.parametrize("data", [b"", b"\x10\0\0\0\0\0\0\0{}", b"x" * 500])
def test_other_files_are_refused(data):
    with pytest.raises(ModelError, match="not a head file"):
        head_from_bytes(data)


def test_a_head_of_another_shape_is_refused():
    head = read_head(DEMO_HEAD)
    short = dataclasses.replace(head, weight=head.weight[:, :-1])
    with pytest.raises(ModelError, match="don't fit"):
        head_from_bytes(head_to_bytes(short))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ModelError, match=r"no head file .*nowhere"):
        read_head(tmp_path / "nowhere")
