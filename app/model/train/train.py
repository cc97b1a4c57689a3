"""`train`: a folder of pictures becomes a model file of the same form."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx

from ..format.classes import CLASSES
from ..format.errors import ModelError
from ..format.head import Head
from ..format.metadata import metadata_of
from ..format.model import replace_head
from ..format.weights import imagenet_weights
from .embed import Embedder
from .fit import choose_strength, fit_linear
from .folder import Example, dataset_hash, read_folder
from .imagenet import imagenet_prior
from .measure import Score, score

SHOWN_PROBLEMS = 10


@dataclass(frozen=True)
class Trained:
    """The new model and what it does on pictures it wasn't fitted on."""

    model: onnx.ModelProto
    held_out: Score
    trained_on: int
    skipped: list[str]


def train(
    data: Path,
    start: onnx.ModelProto,
    *,
    title: str,
    notice: str = "",
    skip_unreadable: bool = False,
) -> Trained:
    """Embed the pictures with `start`, fit a head on four fifths of them, measure it on the rest.

    Raises ModelError if the folder or its pictures can't be used.
    """
    examples = read_folder(data)
    embeddings, examples, skipped = embed_examples(Embedder(start), examples, skip_unreadable)
    labels = np.array([example.label for example in examples])
    held_out = np.array([example.held_out for example in examples])
    refuse_lopsided(labels, held_out)
    prior = imagenet_prior(imagenet_weights())
    strength = choose_strength(embeddings[~held_out], labels[~held_out], prior)
    fitted = fit_linear(embeddings[~held_out], labels[~held_out], prior, strength)
    result = score(fitted.answers(embeddings[held_out]), labels[held_out])
    head = Head(
        weight=fitted.weight,
        bias=fitted.bias,
        classes=CLASSES,
        title=title,
        notice=notice,
        dataset_hash=dataset_hash((e.label, e.sha256) for e in examples if not e.held_out),
        created_from=(
            f"head fitted on {int((~held_out).sum())} pictures (strength {strength:g}); "
            f"accuracy on {result.count} held-out ones {result.sentence()}"
        ),
        parent=metadata_of(start).version,
    )
    return Trained(replace_head(start, head), result, int((~held_out).sum()), skipped)


def embed_examples(
    embedder: Embedder, examples: list[Example], skip_unreadable: bool
) -> tuple[np.ndarray, list[Example], list[str]]:
    """Embeddings [N, 1280], their examples, and what was skipped."""
    results = embedder.embed_all([example.path for example in examples], "embedded")
    problems = [str(result) for result in results if isinstance(result, ModelError)]
    if problems and not skip_unreadable:
        more = len(problems) - SHOWN_PROBLEMS
        shown = problems[:SHOWN_PROBLEMS] + ([f"and {more} more"] if more > 0 else [])
        raise ModelError(
            f"{len(problems)} pictures can't be read:\n  "
            + "\n  ".join(shown)
            + "\nremove them, or give --skip-unreadable"
        )
    pairs = [
        (result, example)
        for result, example in zip(results, examples, strict=True)
        if not isinstance(result, ModelError)
    ]
    if not pairs:
        raise ModelError("no picture could be read")
    return np.stack([result for result, _ in pairs]), [example for _, example in pairs], problems


def refuse_lopsided(labels: np.ndarray, held_out: np.ndarray) -> None:
    """Every class needs pictures to fit on, and the held-out part some to measure with."""
    bare = [name for index, name in enumerate(CLASSES) if not np.any(labels[~held_out] == index)]
    if bare or not held_out.any():
        missing = f"fit on for {', '.join(bare)}" if bare else "measure with"
        raise ModelError(f"too few pictures to split: nothing to {missing}; add pictures")
