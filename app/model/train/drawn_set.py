"""Sets of drawn pictures: made in parallel, always in the order of seed and class."""

import multiprocessing
import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np

from ..format.classes import CLASSES
from ..format.errors import ModelError
from .drawing import draw, jpeg
from .embed import Embedder
from .progress import progress


@dataclass(frozen=True)
class DrawnSet:
    """Every class once for each seed, at one drift."""

    name: str
    seeds: range
    drift: float = 0.0

    @property
    def jobs(self) -> list[tuple[int, int, float]]:
        """(class, seed, drift) of each picture."""
        return [(label, seed, self.drift) for seed in self.seeds for label in range(len(CLASSES))]

    @property
    def labels(self) -> np.ndarray:
        """Class indices [N]."""
        return np.array([label for label, _, _ in self.jobs])


def drawn_jpeg(job: tuple[int, int, float]) -> bytes:
    """One picture as a JPEG file."""
    label, seed, drift = job
    return jpeg(draw(label, seed, drift))


def draw_all(jobs: list[tuple[int, int, float]], what: str) -> Iterable[bytes]:
    """JPEG files in the order of the jobs, drawn on all cores."""
    # Spawned, not forked: onnxruntime may have threads by now.
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as processes:
        yield from progress(processes.map(drawn_jpeg, jobs, chunksize=16), len(jobs), what)


def embed_drawn(embedder: Embedder, drawn: DrawnSet) -> tuple[list[bytes], np.ndarray]:
    """The pictures of a set and their embeddings [N, 1280]."""
    pictures = list(draw_all(drawn.jobs, f"{drawn.name} drawn"))
    results = embedder.embed_all(pictures, f"{drawn.name} embedded")
    for result in results:
        if isinstance(result, ModelError):
            raise result
    return pictures, np.stack(results)
