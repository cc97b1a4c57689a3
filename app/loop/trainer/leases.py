"""The trainer's side of the queue: taking a job under a lease, keeping it, giving it back, ending.

Each statement names the attempt that it speaks for. Once another trainer has taken the job, the
number has moved on and the statement changes nothing: a trainer that was only slow does no harm,
and a job ends once.
"""

from dataclasses import dataclass
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

CHANNEL = "training_jobs"
LONGEST_ERROR = 2000


@dataclass(frozen=True)
class Claim:
    """A job that this trainer holds, for one attempt."""

    id: str
    key: str
    kind: str
    parameters: dict[str, Any]
    attempt: int


def take(connection: Connection, *, lease_seconds: float) -> Claim | None:
    """Take the oldest job that is free, if there is one: queued, or of a trainer that was lost.

    Two trainers never get the same: one skips what the other is just taking.
    """
    with connection.cursor(row_factory=class_row(Claim)) as cursor:
        return cursor.execute(TAKE, {"lease": lease_seconds}).fetchone()


TAKE = """WITH free AS (
    SELECT id FROM training_jobs
    WHERE (status = 'queued' AND run_after <= now())
      OR (status = 'running' AND lease_until < now() AND attempts - interrupted < max_attempts)
    ORDER BY submitted_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
  UPDATE training_jobs j SET status = 'running', attempts = attempts + 1, started_at = now(),
    lease_until = now() + %(lease)s * interval '1 second'
  FROM free WHERE j.id = free.id
  RETURNING j.id::text, j.key, j.kind, j.parameters, j.attempts AS attempt"""


def give_up_lost(connection: Connection) -> list[str]:
    """Fail the jobs whose trainer was lost in the last of their attempts. Returns their keys."""
    return [key for (key,) in connection.execute(GIVE_UP).fetchall()]


GIVE_UP = """UPDATE training_jobs SET status = 'failed', finished_at = now(), lease_until = NULL,
    error = 'the trainer was lost in the last attempt: it was killed, or its host was'
  WHERE status = 'running' AND lease_until < now() AND attempts - interrupted >= max_attempts
  RETURNING key"""


def renew(connection: Connection, claim: Claim, *, lease_seconds: float) -> bool:
    """Keep the job. False if it is no longer this attempt's."""
    lease = "lease_until = now() + %(lease)s * interval '1 second'"
    return changed(connection, claim, lease, lease=lease_seconds)


def give_back(connection: Connection, claim: Claim) -> bool:
    """Put the job back into the queue, where this attempt doesn't count.

    False if it is no longer this attempt's.
    """
    queued = "status = 'queued', lease_until = NULL, run_after = now()"
    return changed(connection, claim, f"{queued}, interrupted = interrupted + 1")


def succeed(connection: Connection, claim: Claim, result: dict[str, Any]) -> bool:
    """End the job with its result. False if it is no longer this attempt's.

    Saying it again, after a connection broke before the answer came, is True again.
    Raises psycopg.DataError if PostgreSQL can't keep the result.
    """
    return changed(
        connection,
        claim,
        """status = 'succeeded', lease_until = NULL, finished_at = now(), error = NULL,
        result = %(result)s""",
        result=Jsonb(result),
    ) or has_ended(connection, claim, "succeeded")


def fail(
    connection: Connection, claim: Claim, error: str, *, final: bool, retry_seconds: float
) -> bool:
    """Note why the attempt failed, and queue the job for a further one if it may have one.

    final: no further attempt. retry_seconds: pause after the first attempt, doubled with each more.
    False if the job is no longer this attempt's; saying again what ended the job is True again.
    """
    return changed(
        connection,
        claim,
        f"""status = CASE WHEN {FOR_GOOD} THEN 'failed' ELSE 'queued' END,
        finished_at = CASE WHEN {FOR_GOOD} THEN now() END, lease_until = NULL, error = %(error)s,
        run_after = now() + %(pause)s * 2 ^ (attempts - interrupted - 1) * interval '1 second'""",
        final=final,
        error=storable(error),
        pause=retry_seconds,
    ) or has_ended(connection, claim, "failed")


FOR_GOOD = "(%(final)s OR attempts - interrupted >= max_attempts)"


def changed(connection: Connection, claim: Claim, assignments: str, **values: object) -> bool:
    """Change the job if it is still this attempt's. `assignments`: SQL of this module."""
    query = f"""UPDATE training_jobs SET {assignments}
      WHERE id = %(id)s AND attempts = %(attempt)s AND status = 'running'"""
    done = connection.execute(query, {**values, "id": claim.id, "attempt": claim.attempt})
    return done.rowcount == 1


def has_ended(connection: Connection, claim: Claim, status: str) -> bool:
    """Whether it was this attempt that ended the job so."""
    query = "SELECT FROM training_jobs WHERE id = %s AND attempts = %s AND status = %s"
    return connection.execute(query, (claim.id, claim.attempt, status)).fetchone() is not None


def storable(error: str) -> str:
    """An error's words as a column of text takes them: not empty, no NUL, not endless."""
    return error.replace("\0", "").strip()[:LONGEST_ERROR] or "no reason given"
