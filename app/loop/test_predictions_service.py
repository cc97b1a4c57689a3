"""The prediction log as the role of notebooks reads it."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from .database import connect
from .predictions import prediction_log

pytestmark = pytest.mark.service

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture
def notebook(superuser, database_as):
    with connect(database_as("jupyter")) as connection:
        yield connection


def predicted(superuser, *, minute: int, class_index: int = 3) -> str:
    """Add a prediction that was made late in one order and stored in the other."""
    prediction_id = str(uuid.uuid4())
    probabilities = [0.0] * 11
    probabilities[class_index] = 0.75
    superuser.execute(
        """INSERT INTO predictions (id, object_key, class_index, probability, probabilities,
          model_version, predicted_at, stored_at, session_id)
        VALUES (%s, %s, %s, %s, %s, 'v1', %s, %s, gen_random_uuid())""",
        (
            prediction_id,
            f"class_{class_index:02}/{prediction_id}.jpg",
            class_index,
            0.75,
            probabilities,
            NOON - timedelta(minutes=minute),
            NOON + timedelta(minutes=minute),
        ),
    )
    return prediction_id


def say(superuser, prediction_id: str, kind: str, *, minute: int, class_index: int | None = None):
    superuser.execute(
        """INSERT INTO feedback (id, prediction_id, kind, class_index, given_at)
        VALUES (gen_random_uuid(), %s, %s, %s, %s)""",
        (prediction_id, kind, class_index, NOON + timedelta(minutes=minute)),
    )


def test_an_empty_log(notebook):
    assert prediction_log(notebook) == []


def test_a_row_says_all_but_who_it_was(notebook, superuser):
    prediction_id = predicted(superuser, minute=1)
    (row,) = prediction_log(notebook)
    assert row == {
        "id": prediction_id,
        "object_key": f"class_03/{prediction_id}.jpg",
        "class_index": 3,
        "class_name": "Egg",
        "probability": 0.75,
        "probabilities": [0, 0, 0, 0.75, 0, 0, 0, 0, 0, 0, 0],
        "model_version": "v1",
        "variant": "production",
        "source": "upload",
        "predicted_at": NOON - timedelta(minutes=1),
        "stored_at": NOON + timedelta(minutes=1),
        "feedback": None,
        "corrected_class_index": None,
    }


def test_what_was_stored_last_comes_first_and_no_more_than_asked_for(notebook, superuser):
    ids = [predicted(superuser, minute=minute) for minute in (2, 4, 1, 3)]
    log = [row["id"] for row in prediction_log(notebook)]
    assert log == [ids[1], ids[3], ids[0], ids[2]]
    assert [row["id"] for row in prediction_log(notebook, limit=2)] == log[:2]
    with pytest.raises(ValueError, match="limit is 0"):
        prediction_log(notebook, limit=0)


def test_the_last_feedback_counts(notebook, superuser):
    changed = predicted(superuser, minute=1)
    say(superuser, changed, "correction", minute=5, class_index=9)
    say(superuser, changed, "flag", minute=4)
    agreed = predicted(superuser, minute=2)
    say(superuser, agreed, "agree", minute=3)
    said = [
        (row["id"], row["feedback"], row["corrected_class_index"])
        for row in prediction_log(notebook)
    ]
    assert said == [(agreed, "agree", None), (changed, "correction", 9)]
