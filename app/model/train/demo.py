"""The demonstration head: fitted on drawn pictures, started from ImageNet's food classes."""

import hashlib
from dataclasses import dataclass

import numpy as np

from ..format.classes import CLASSES
from ..format.head import EMBEDDING_SIZE, Head
from ..format.model import build_model
from ..format.weights import PACKAGE, PACKAGE_VERSION, imagenet_weights
from .drawing import STREAMS_VERSION
from .drawn_set import DrawnSet, embed_drawn
from .embed import Embedder
from .fit import choose_strength, fit_linear
from .folder import dataset_hash
from .imagenet import imagenet_prior

TITLE = "Demonstration model"
NOTICE = (
    "Demonstration model: fitted on drawn pictures, not a food recogniser yet. "
    "It gets better as the loop collects labels."
)
TRAINING = DrawnSet("training pictures", range(1, 101))


@dataclass(frozen=True)
class TrainingData:
    """The drawn training pictures as the fit sees them."""

    drawn: DrawnSet
    embeddings: np.ndarray  # [N, 1280]
    dataset_hash: str


def blank_head() -> Head:
    """A head of zeros: the embedding doesn't depend on it."""
    zeros = np.zeros((len(CLASSES), EMBEDDING_SIZE), np.float32)
    return Head(zeros, np.zeros(len(CLASSES), np.float32), CLASSES, "blank", "", "", "blank")


def blank_embedder() -> Embedder:
    return Embedder(build_model(blank_head()))


def training_data(embedder: Embedder, drawn: DrawnSet = TRAINING) -> TrainingData:
    """Draw the pictures and embed them."""
    pictures, embeddings = embed_drawn(embedder, drawn)
    digests = [hashlib.sha256(picture).hexdigest() for picture in pictures]
    labelled = zip(drawn.labels.tolist(), digests, strict=True)
    return TrainingData(drawn, embeddings, dataset_hash(labelled))


def fit_demo(data: TrainingData, *, with_imagenet: bool = True) -> Head:
    """The head. `with_imagenet=False` starts from zeros, to see what the table is worth."""
    prior = imagenet_prior(imagenet_weights())
    if not with_imagenet:
        prior = np.zeros_like(prior)
    labels, seeds = data.drawn.labels, data.drawn.seeds
    strength = choose_strength(data.embeddings, labels, prior)
    fitted = fit_linear(data.embeddings, labels, prior, strength)
    return Head(
        weight=fitted.weight,
        bias=fitted.bias,
        classes=CLASSES,
        title=TITLE,
        notice=NOTICE,
        dataset_hash=data.dataset_hash,
        created_from=(
            f"{PACKAGE} {PACKAGE_VERSION} (EfficientNet-Lite0, ImageNet weights) and "
            f"{len(labels)} drawn pictures (generator {STREAMS_VERSION}, seeds "
            f"{seeds[0]} to {seeds[-1]}, strength {strength:g})"
        ),
    )
