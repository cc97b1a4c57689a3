"""The same service as a competent Python engineer writes it: FastAPI, onnxruntime, Pillow.

The event loop only does HTTP; decoding and the model, which let go of the interpreter's lock, run
in a thread for each worker, each with a session of its own on one core. Pillow's draft mode lets
the JPEG decoder scale down while it reads. Bodies are the bytes of a picture.
"""

import asyncio
import io
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnxruntime
from fastapi import FastAPI, Request
from PIL import Image, ImageOps
from pydantic import BaseModel

WORKERS = int(os.environ["WORKERS"])
MODEL = os.environ["MODEL"]


class Prediction(BaseModel):
    """The answer of the project's own service, field by field."""

    prediction: str
    probability: float
    classIndex: int
    probabilities: dict[str, float]
    modelVersion: str


def open_session() -> onnxruntime.InferenceSession:
    """One session on one core: parallel work comes from the number of threads."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(MODEL, options, providers=["CPUExecutionProvider"])


metadata = open_session().get_modelmeta().custom_metadata_map
transform = json.loads(metadata["transform"])
classes: list[str] = json.loads(metadata["classes"])
size: int = transform["size"]
mean = np.array(transform["mean"], np.float32)
scale = np.array(transform["scale"], np.float32)

worker = threading.local()


def start_worker() -> None:
    worker.session = open_session()


def pixels(photo: bytes) -> np.ndarray:
    """float32 [1, 3, size, size] by the model's transform."""
    image = Image.open(io.BytesIO(photo))
    image.draft("RGB", (size, size))
    image = ImageOps.exif_transpose(image).convert("RGB")
    image = ImageOps.fit(image, (size, size), Image.Resampling.BICUBIC)
    values = np.asarray(image, np.float32)
    values -= mean
    values /= scale
    return np.ascontiguousarray(values.transpose(2, 0, 1))[np.newaxis]


def classify(photo: bytes) -> Prediction:
    (logits,) = worker.session.run(["logits"], {"input": pixels(photo)})
    weights = np.exp(logits[0] - logits[0].max())
    probabilities = (weights / weights.sum()).tolist()
    index = int(logits[0].argmax())
    return Prediction(
        prediction=classes[index],
        probability=probabilities[index],
        classIndex=index,
        probabilities=dict(zip(classes, probabilities, strict=True)),
        modelVersion=metadata["version"],
    )


app = FastAPI()
pool = ThreadPoolExecutor(WORKERS, initializer=start_worker)


@app.post("/predict")
async def predict(request: Request) -> Prediction:
    photo = await request.body()
    return await asyncio.get_running_loop().run_in_executor(pool, classify, photo)


@app.get("/readyz")
async def readyz() -> dict[str, bool]:
    return {"ready": True}
