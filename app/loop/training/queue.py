"""The queue of the trainer, for those who want something done: submit a job, see its state, wait.

The table is `training_jobs`; what the trainer does with it is in `loop.trainer`.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from .kinds import require_kind

Status = Literal["queued", "running", "succeeded", "failed"]


class JobConflict(Exception):
    """The key is that of another job: one of another kind, or with other parameters."""


class UnknownJob(Exception):
    """There is no job with this id."""


class JobFailed(Exception):
    """The job failed for good; the words hold the reason. `job` is its last state."""

    def __init__(self, job: "Job") -> None:
        super().__init__(f"job {job.key} failed after {attempts(job.attempts)}: {job.error}")
        self.job = job


class WaitTimeout(Exception):
    """The job didn't finish in time; it goes on. `job` is its last state."""

    def __init__(self, job: "Job", seconds: float) -> None:
        super().__init__(
            f"job {job.key} is {job.status} after {seconds:g} s, {attempts(job.attempts)}; "
            "it goes on: wait for it again by its id, or see the log of service trainer"
        )
        self.job = job


@dataclass(frozen=True)
class Job:
    """A job as it is now. Times are with their zone; `attempts` counts those that were begun."""

    id: str
    key: str
    kind: str
    parameters: dict[str, Any]
    status: Status
    attempts: int
    max_attempts: int
    submitted_at: datetime
    started_at: datetime | None
    """When the last attempt began."""
    finished_at: datetime | None
    result: dict[str, Any] | None
    """What the job gave; only once it has succeeded."""
    error: str | None
    """Why the last attempt failed; None once the job has succeeded."""

    @property
    def finished(self) -> bool:
        """Whether the job is over, well or not."""
        return self.status in ("succeeded", "failed")


def submit(
    connection: Connection,
    kind: str,
    parameters: Mapping[str, Any],
    key: str,
    *,
    max_attempts: int = 3,
) -> str:
    """Put a job into the queue and return its id; the same key gives the same job, in any state.

    kind: one of `loop.training.kinds.KINDS`. parameters: what that kind takes, as JSON.
    key: names the job's purpose, such as DAG, run and task, so that asking twice does it once.
    max_attempts: 1 to 10.

    Raises UnknownKind, JobConflict.
    """
    require_kind(kind)
    inserted = connection.execute(INSERT, (key, kind, Jsonb(parameters), max_attempts)).fetchone()
    if inserted:
        return str(inserted[0])
    there = connection.execute(SAME, (kind, Jsonb(parameters), key)).fetchone()
    if there is None:
        raise RuntimeError(f"job {key} was deleted while it was submitted")
    job_id, same = there
    if not same:
        raise JobConflict(
            f"key '{key}' is that of job {job_id}, which has another kind or other parameters; "
            "use another key for other work"
        )
    return str(job_id)


def state(connection: Connection, job_id: str) -> Job:
    """Look at a job. Raises UnknownJob."""
    with connection.cursor(row_factory=class_row(Job)) as cursor:
        job = cursor.execute(SELECT, (as_uuid(job_id),)).fetchone()
    if job is None:
        raise UnknownJob(f"there is no job {job_id}")
    return job


def wait(
    connection: Connection, job_id: str, *, timeout_seconds: float, poll_seconds: float = 1.0
) -> Job:
    """Wait until a job has succeeded and return it, with its result.

    Raises JobFailed once it has failed for good, WaitTimeout, UnknownJob.
    """
    deadline = time.monotonic() + timeout_seconds
    while True:
        job = state(connection, job_id)
        if job.status == "succeeded":
            return job
        if job.status == "failed":
            raise JobFailed(job)
        left = deadline - time.monotonic()
        if left <= 0:
            raise WaitTimeout(job, timeout_seconds)
        time.sleep(min(poll_seconds, left))


INSERT = """INSERT INTO training_jobs (key, kind, parameters, max_attempts) VALUES (%s, %s, %s, %s)
  ON CONFLICT (key) DO NOTHING RETURNING id"""
SAME = "SELECT id, kind = %s AND parameters = %s FROM training_jobs WHERE key = %s"
SELECT = """SELECT id::text, key, kind, parameters, status, attempts, max_attempts, submitted_at,
  started_at, finished_at, result, error FROM training_jobs WHERE id = %s"""


def as_uuid(job_id: str) -> UUID:
    """The id as PostgreSQL takes it; what is no UUID is no job's id either. Raises UnknownJob."""
    try:
        return UUID(job_id)
    except ValueError:
        raise UnknownJob(
            f"there is no job {job_id}: ids are UUIDs, as submit returns them"
        ) from None


def attempts(count: int) -> str:
    """A number of attempts in words."""
    return "1 attempt" if count == 1 else f"{count} attempts"
