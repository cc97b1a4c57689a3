"""Pictures to embeddings by the model file itself: transform and network are those of serving."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

from ..format.errors import ModelError
from ..format.metadata import metadata_of, to_bytes
from ..format.picture import input_tensor
from .progress import progress

Picture = bytes | Path


class Embedder:
    """A model ready to run. One thread an inference, so that the sums have one order."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.transform = metadata_of(model).transform
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            to_bytes(model), options, providers=["CPUExecutionProvider"]
        )

    def run(self, picture: Picture) -> tuple[np.ndarray, np.ndarray]:
        """One picture -> logits [classes], embedding [1280]. Raises ModelError if unreadable."""
        tensor = input_tensor(picture, self.transform)[None]
        logits, embedding = self.session.run(["logits", "embedding"], {"input": tensor})
        return logits[0], embedding[0]

    def embed(self, picture: Picture) -> np.ndarray | ModelError:
        """The embedding [1280], or why there is none: a batch goes on past a broken picture."""
        try:
            return self.run(picture)[1]
        except ModelError as error:
            return error

    def embed_all(self, pictures: Sequence[Picture], what: str) -> list[np.ndarray | ModelError]:
        """Embeddings in the order of the pictures, with progress on standard error."""
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            results = threads.map(self.embed, pictures)
            return list(progress(results, len(pictures), what))
