"""Write the parity vectors: pictures, samples of the pixels they become, and the model's logits."""

import json
from pathlib import Path

import numpy as np

from ..format.head import DEMO_HEAD, read_head
from ..format.metadata import metadata_of
from ..format.model import build_model
from ..format.picture import scaled_pixels
from ..format.transform import TRANSFORM
from ..train.embed import Embedder
from .pictures import CASES, PictureCase

VECTORS = Path(__file__).parent / "vectors"
# Every seventh pixel from the fourth: 32 x 32 of 224 x 224.
FIRST, STEP = 3, 7
# How far libvips may be from these vectors, in levels of 0 to 255 and in logits. Seen with sharp
# 0.35.5 (libvips 8.18.7): see README.md. JPEG decoders round differently, so more is allowed.
TOLERANCES = {
    "png": {"meanLevels": 0.75, "maxLevels": 4, "logits": 0.25},
    "jpg": {"meanLevels": 1.0, "maxLevels": 12, "logits": 0.3},
}


def make_vectors(folder: Path = VECTORS) -> str:
    """Write everything into a folder. Returns a sentence about it."""
    folder.mkdir(parents=True, exist_ok=True)
    model = build_model(read_head(DEMO_HEAD))
    embedder = Embedder(model)
    entries, samples = [], []
    for case in CASES:
        picture = case.make()
        (folder / f"{case.name}.{case.suffix}").write_bytes(picture)
        samples.append(sampled(scaled_pixels(picture)))
        entries.append(entry(case, embedder.run(picture)[0]))
    (folder / "samples.bin").write_bytes(np.stack(samples).tobytes())
    shape = [len(samples), *samples[0].shape]
    about = {
        "modelVersion": metadata_of(model).version,
        "transform": json.loads(TRANSFORM.to_json()),
        "samples": {"file": "samples.bin", "first": FIRST, "step": STEP, "shape": shape},
        "pictures": entries,
    }
    (folder / "vectors.json").write_text(json.dumps(about, indent=2) + "\n", "utf-8")
    size = sum(path.stat().st_size for path in folder.iterdir())
    return f"{folder}: {len(CASES)} pictures, {size // 1024} kB"


def sampled(pixels: np.ndarray) -> np.ndarray:
    """uint8 [224, 224, 3] -> uint8 [32, 32, 3]."""
    return pixels[FIRST::STEP, FIRST::STEP]


def entry(case: PictureCase, logits: np.ndarray) -> dict[str, object]:
    return {
        "file": f"{case.name}.{case.suffix}",
        "catches": case.catches,
        "logits": [round(float(value), 4) for value in logits],
        "tolerance": TOLERANCES[case.suffix],
    }
