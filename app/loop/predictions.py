"""The prediction log for people who look at it: rows and photos.

For pandas: `pandas.DataFrame(prediction_log(connection))`.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Literal, TypedDict

from minio import Minio
from psycopg import Connection
from psycopg.rows import dict_row

PHOTO_BUCKET = "production"

# The list itself is shared with the other services.
CLASSES: tuple[str, ...] = tuple(
    json.loads((Path(__file__).parents[1] / "contract" / "classes.json").read_text("utf-8"))
)


class PredictionRow(TypedDict):
    """A served photo, what the model took it for, and what its uploader said about that."""

    id: str
    object_key: str
    """Key of the photo in bucket `production`."""
    class_index: int
    """Predicted class, its place in CLASSES."""
    class_name: str
    probability: float
    """Probability of the predicted class, 0 to 1."""
    probabilities: list[float]
    """Probability of each class, in the order of CLASSES."""
    model_version: str
    variant: str
    source: Literal["upload", "sample"]
    predicted_at: datetime
    stored_at: datetime
    feedback: Literal["agree", "flag", "correction"] | None
    """What the uploader said last, if anything."""
    corrected_class_index: int | None
    """The right class by the uploader, with a correction."""


def prediction_log(connection: Connection, limit: int = 1000) -> list[PredictionRow]:
    """The rows of the prediction log that were stored last, newest first, `limit` of them at most.

    The connection's role needs the right to read tables predictions and feedback.
    """
    if limit < 1:
        raise ValueError(f"limit is {limit}; allowed: 1 or more")
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(LOG, (limit,)).fetchall()
    return [
        PredictionRow(**row, class_name=CLASSES[row["class_index"]])  # type: ignore[typeddict-item]
        for row in rows
    ]


# A changed mind is a further row of feedback: the last one counts.
LOG = """SELECT p.id::text, p.object_key, p.class_index, p.probability, p.probabilities,
    p.model_version, p.variant, p.source, p.predicted_at, p.stored_at,
    f.kind AS feedback, f.class_index AS corrected_class_index
  FROM predictions p LEFT JOIN LATERAL (
    SELECT kind, class_index FROM feedback WHERE prediction_id = p.id
    ORDER BY given_at DESC, stored_at DESC, id LIMIT 1) f ON true
  ORDER BY p.stored_at DESC, p.id LIMIT %s"""


def photo(client: Minio, row: PredictionRow) -> bytes:
    """The photo of a row, as it was uploaded (JPEG, PNG, WebP, …).

    Raises minio.error.S3Error, with code NoSuchKey if it isn't there.
    """
    answer = client.get_object(PHOTO_BUCKET, row["object_key"])
    try:
        return answer.read()
    finally:
        answer.close()
        answer.release_conn()
