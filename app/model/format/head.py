"""The head: the linear layer from embedding to class logits, and the facts about how it came to be.

A head file is a safetensors file: eight bytes of length, a JSON header, raw float32. Small enough
for git, the same bytes for the same head, and readable without running anything in it.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .errors import ModelError

EMBEDDING_SIZE = 1280  # channels of EfficientNet-Lite0's last convolution
LENGTH_BYTES = 8  # safetensors: little-endian uint64 before the header
DEMO_HEAD = Path(__file__).parents[1] / "head" / "food11-demo.safetensors"


@dataclass(frozen=True)
class Head:
    """logits = embedding @ weight.T + bias; `weight` [classes, 1280], `bias` [classes], float32."""

    weight: np.ndarray
    bias: np.ndarray
    classes: tuple[str, ...]
    title: str  # what the model calls itself on a page
    notice: str  # what a user must know before believing it; "" if nothing
    dataset_hash: str  # sha256 over the training pictures (or what generates them) and their labels
    created_from: str  # one sentence: weights, data, command
    parent: str = ""  # version of the model this one came from; "" for a first one

    def logits(self, embeddings: np.ndarray) -> np.ndarray:
        """[N, 1280] -> [N, classes]."""
        return embeddings @ self.weight.T + self.bias

    def facts(self) -> dict[str, str]:
        """All but the numbers, as text."""
        return {
            "classes": json.dumps(self.classes, separators=(",", ":")),
            "title": self.title,
            "notice": self.notice,
            "dataset_hash": self.dataset_hash,
            "created_from": self.created_from,
            "parent": self.parent,
        }


def head_to_bytes(head: Head) -> bytes:
    """The head as a safetensors file."""
    header, offset, blocks = {"__metadata__": head.facts()}, 0, []
    for name, values in (("weight", head.weight), ("bias", head.bias)):
        block = np.ascontiguousarray(values, "<f4").tobytes()
        header[name] = {
            "dtype": "F32",
            "shape": list(values.shape),
            "data_offsets": [offset, offset + len(block)],
        }
        offset += len(block)
        blocks.append(block)
    text = json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
    text += b" " * (-len(text) % LENGTH_BYTES)  # the format allows spaces; numbers start aligned
    return len(text).to_bytes(LENGTH_BYTES, "little") + text + b"".join(blocks)


def head_from_bytes(data: bytes) -> Head:
    """The head in a safetensors file. Raises ModelError if it isn't one of ours."""
    try:
        start = LENGTH_BYTES + int.from_bytes(data[:LENGTH_BYTES], "little")
        header = json.loads(data[LENGTH_BYTES:start])
        facts = dict(header["__metadata__"])
        classes = tuple(json.loads(facts.pop("classes")))
        arrays = {name: array_at(data[start:], header[name]) for name in ("weight", "bias")}
        head = Head(**arrays, **facts, classes=classes)
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(f"not a head file ({error}); `train` and `fit-demo` write them") from error
    if head.weight.shape != (len(classes), EMBEDDING_SIZE) or head.bias.shape != (len(classes),):
        raise ModelError(f"the head's shapes {head.weight.shape}, {head.bias.shape} don't fit")
    return head


def array_at(numbers: bytes, place: dict) -> np.ndarray:
    start, end = place["data_offsets"]
    return np.frombuffer(numbers[start:end], "<f4").reshape(place["shape"]).copy()


def read_head(path: Path) -> Head:
    """The head in a file. Raises ModelError if there is none."""
    if not path.is_file():
        raise ModelError(f"no head file {path}; `fit-demo` makes the demonstration head")
    return head_from_bytes(path.read_bytes())
