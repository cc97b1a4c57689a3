"""Measure the demonstration model: the numbers of the model card."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..format.head import Head
from ..format.weights import imagenet_weights
from .demo import TrainingData, fit_demo
from .drawn_set import DrawnSet, embed_drawn
from .embed import Embedder
from .fit import Linear, fit_linear
from .imagenet import imagenet_answers
from .measure import Score, score
from .photos import example_photos

# Seeds that no training picture has; the same dishes are drawn at each step of the drift dial.
HELD_OUT = DrawnSet("held-out pictures", range(100_001, 100_061))
DRIFTS = (0.0, 0.25, 0.5, 0.75, 1.0)
DRIFT_SEEDS = range(200_001, 200_031)
NEW_LABELS = DrawnSet("labelled drifted pictures", range(300_001, 300_021), drift=1.0)
LABELS_A_CLASS = (3, 10, 20)
# How firmly a head that is fitted to new labels is held to the old one. Not tuned.
UPDATE_STRENGTH = 1e-3


@dataclass(frozen=True)
class OnPhoto:
    """What was answered on one real photo."""

    name: str
    truth: int
    answer: int
    probability: float
    truth_probability: float
    without_table: int
    imagenet_alone: int


@dataclass(frozen=True)
class OnDrift:
    """Answers on pictures at one drift."""

    drift: float
    result: Score
    without_table: Score
    mean_probability: float


@dataclass(frozen=True)
class Measurements:
    """Everything that the card says in numbers."""

    held_out: Score
    held_out_without_table: Score
    held_out_imagenet_alone: Score
    drifts: list[OnDrift]
    updated: list[tuple[int, Score, Score]]  # labels a class, score at drift 1, score at drift 0
    photos: list[OnPhoto]


def measure(
    embedder: Embedder, head: Head, data: TrainingData, photos: Path | None
) -> Measurements:
    """Draw the held-out and drifted sets and, if a folder is given, look at the real photos."""
    plain = fit_demo(data, with_imagenet=False)
    _, embeddings = embed_drawn(embedder, HELD_OUT)
    weights = imagenet_weights()
    sets = [DrawnSet(f"drift {drift:g}", DRIFT_SEEDS, drift) for drift in DRIFTS]
    drifted = [(drawn, embed_drawn(embedder, drawn)[1]) for drawn in sets]
    return Measurements(
        held_out=score_head(head, embeddings, HELD_OUT.labels),
        held_out_without_table=score_head(plain, embeddings, HELD_OUT.labels),
        held_out_imagenet_alone=score(imagenet_answers(weights, embeddings), HELD_OUT.labels),
        drifts=[
            OnDrift(
                drawn.drift,
                score_head(head, rows, drawn.labels),
                score_head(plain, rows, drawn.labels),
                float(probabilities(head, rows).max(axis=1).mean()),
            )
            for drawn, rows in drifted
        ],
        updated=updates(embedder, head, drifted),
        photos=look_at_photos(embedder, head, plain, photos) if photos else [],
    )


def updates(
    embedder: Embedder, head: Head, drifted: list[tuple[DrawnSet, np.ndarray]]
) -> list[tuple[int, Score, Score]]:
    """What a few labels of drifted pictures are worth: the head fitted on, from where it is."""
    _, embeddings = embed_drawn(embedder, NEW_LABELS)
    labels, results = NEW_LABELS.labels, []
    (clean, clean_rows), (worst, worst_rows) = drifted[0], drifted[-1]
    for each in LABELS_A_CLASS:
        rows = each * len(head.classes)  # the set holds every class once for each seed
        fitted = fit_linear(embeddings[:rows], labels[:rows], head.weight, UPDATE_STRENGTH)
        results.append(
            (
                each,
                score(fitted.answers(worst_rows), worst.labels),
                score(fitted.answers(clean_rows), clean.labels),
            )
        )
    return results


def look_at_photos(embedder: Embedder, head: Head, plain: Head, folder: Path) -> list[OnPhoto]:
    found = example_photos(folder)
    rows = np.stack([embedder.run(path)[1] for path, _ in found])
    shares = probabilities(head, rows)
    without = Linear(plain.weight, plain.bias).answers(rows)
    imagenet = imagenet_answers(imagenet_weights(), rows)
    return [
        OnPhoto(
            name=path.name,
            truth=truth,
            answer=int(shares[row].argmax()),
            probability=float(shares[row].max()),
            truth_probability=float(shares[row, truth]),
            without_table=int(without[row]),
            imagenet_alone=int(imagenet[row]),
        )
        for row, (path, truth) in enumerate(found)
    ]


def score_head(head: Head, embeddings: np.ndarray, labels: np.ndarray) -> Score:
    return score(Linear(head.weight, head.bias).answers(embeddings), labels)


def probabilities(head: Head, embeddings: np.ndarray) -> np.ndarray:
    """Softmax of the logits: [N, 1280] -> [N, classes]."""
    logits = head.logits(embeddings)
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)
