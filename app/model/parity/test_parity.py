"""The Python side against the parity vectors."""

import json

import numpy as np
import pytest

from model.format.head import DEMO_HEAD, read_head
from model.format.metadata import metadata_of
from model.format.model import build_model
from model.format.picture import input_tensor, scaled_pixels
from model.format.transform import TRANSFORM, from_json
from model.train.embed import Embedder

from .make import VECTORS, sampled

ABOUT = json.loads((VECTORS / "vectors.json").read_text("utf-8"))
SAMPLES = np.fromfile(VECTORS / ABOUT["samples"]["file"], np.uint8).reshape(
    ABOUT["samples"]["shape"]
)
NUMBERED = list(enumerate(ABOUT["pictures"]))
# The vectors come from this very code; another processor may round one level or sum differently.
MAX_LEVELS, MAX_LOGITS = 1, 0.01


@pytest.fixture(scope="module")
def embedder():
    return Embedder(build_model(read_head(DEMO_HEAD)))


def test_the_vectors_belong_to_the_demonstration_model(embedder):
    assert ABOUT["modelVersion"] == metadata_of(build_model(read_head(DEMO_HEAD))).version
    assert from_json(json.dumps(ABOUT["transform"])) == TRANSFORM


@pytest.mark.parametrize(("number", "picture"), NUMBERED, ids=lambda value: str(value)[:30])
def test_picture_to_pixels_to_tensor(number, picture):
    file = VECTORS / picture["file"]
    pixels = sampled(scaled_pixels(file))
    assert np.abs(pixels.astype(int) - SAMPLES[number]).max() <= MAX_LEVELS
    first, step = ABOUT["samples"]["first"], ABOUT["samples"]["step"]
    values = input_tensor(file)[:, first::step, first::step].transpose(1, 2, 0)
    assert np.allclose(values * 128 + 127, pixels, atol=1e-3)


@pytest.mark.parametrize("picture", ABOUT["pictures"], ids=lambda picture: picture["file"])
def test_picture_to_logits(embedder, picture):
    logits, _ = embedder.run(VECTORS / picture["file"])
    assert np.abs(logits - picture["logits"]).max() <= MAX_LOGITS
