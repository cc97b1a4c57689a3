"""A whole model: built from the packaged weights, read from a file, given another head."""

from pathlib import Path

import onnx
from google.protobuf.message import DecodeError

from .errors import ModelError
from .head import Head
from .metadata import describe, to_bytes
from .network import network, with_head
from .weights import imagenet_weights


def build_model(head: Head) -> onnx.ModelProto:
    """EfficientNet-Lite0 with ImageNet weights and this head, described."""
    model = network(imagenet_weights(), head)
    describe(model, head)
    return model


def replace_head(model: onnx.ModelProto, head: Head) -> onnx.ModelProto:
    """The same network with another head, described anew."""
    changed = with_head(model, head)
    describe(changed, head)
    return changed


def read_model(path: Path) -> onnx.ModelProto:
    """The model in a file. Raises ModelError if there is none."""
    if not path.is_file():
        raise ModelError(f"no model file {path}; `build --out {path}` makes one")
    try:
        return onnx.load_model_from_string(path.read_bytes())
    except DecodeError as error:
        raise ModelError(f"{path} is not an ONNX file: {error}") from error


def write_model(model: onnx.ModelProto, path: Path) -> None:
    """Write the file whole or not at all: a server may be watching the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(to_bytes(model))
    part.replace(path)
