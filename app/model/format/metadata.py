"""What a model file says about itself, in ONNX `metadata_props` (string -> string)."""

import hashlib
import json
from dataclasses import dataclass

import onnx

from .errors import ModelError
from .head import Head
from .transform import TRANSFORM, Transform, from_json

FORMAT = "feedback-loop-model/1"
VERSION_DIGITS = 12  # of a sha256: a clash among a million versions has odds of 1 to 500


@dataclass(frozen=True)
class Metadata:
    """The facts a server needs before it trusts a file."""

    classes: tuple[str, ...]
    transform: Transform
    version: str
    parent: str
    dataset_hash: str
    title: str
    notice: str
    created_from: str


def describe(model: onnx.ModelProto, head: Head, transform: Transform = TRANSFORM) -> None:
    """Write the metadata into a model, replacing what was there.

    `version` follows from the content: the hash of graph, weights and all other metadata.
    """
    del model.metadata_props[:]
    facts = {
        "format": FORMAT,
        "input_size": str(transform.size),
        "transform": transform.to_json(),
        **head.facts(),
    }
    for key in sorted(facts):
        model.metadata_props.add(key=key, value=facts[key])
    digest = hashlib.sha256(to_bytes(model)).hexdigest()
    model.metadata_props.add(key="version", value=digest[:VERSION_DIGITS])


def metadata_of(model: onnx.ModelProto) -> Metadata:
    """The metadata of a model. Raises ModelError if it isn't of this format."""
    facts = {entry.key: entry.value for entry in model.metadata_props}
    if facts.get("format") != FORMAT:
        raise ModelError(f"the model's format is '{facts.get('format')}', known: '{FORMAT}'")
    try:
        return Metadata(
            classes=tuple(json.loads(facts["classes"])),
            transform=from_json(facts["transform"]),
            **{key: facts[key] for key in PLAIN},
        )
    except (KeyError, ValueError) as error:
        raise ModelError(f"the model's metadata is incomplete: {error}") from error


PLAIN = ("version", "parent", "dataset_hash", "title", "notice", "created_from")


def to_bytes(model: onnx.ModelProto) -> bytes:
    """The model file; the same bytes for the same model."""
    return model.SerializeToString(deterministic=True)
