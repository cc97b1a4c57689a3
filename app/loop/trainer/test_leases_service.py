"""Taking, keeping and ending jobs on a real PostgreSQL, and what the table itself refuses."""

import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from loop.database import connect
from loop.training.queue import state, submit

from . import leases

pytestmark = pytest.mark.service

LEASE = {"lease_seconds": 60}
RETRY = {"final": False, "retry_seconds": 0}


def let_lease_run_out(superuser):
    superuser.execute("UPDATE training_jobs SET lease_until = now() - interval '1 second'")


def test_the_oldest_goes_first_and_each_once(airflow, trainer):
    ids = [submit(airflow, "self-test", {}, f"job {number}") for number in range(3)]
    claims = [leases.take(trainer, **LEASE) for _ in range(4)]
    assert [claim and claim.id for claim in claims] == [*ids, None]
    assert [claim.attempt for claim in claims[:3]] == [1, 1, 1]
    assert state(airflow, ids[0]).status == "running"
    assert state(airflow, ids[0]).started_at is not None


def test_many_trainers_at_once_never_get_the_same(airflow, database_as):
    ids = {submit(airflow, "self-test", {}, f"job {number}") for number in range(40)}
    start = threading.Barrier(8)

    def take_all(_: int) -> list[str]:
        with connect(database_as("trainer")) as own:
            start.wait()
            return [claim.id for claim in iter(lambda: leases.take(own, **LEASE), None)]

    with ThreadPoolExecutor(8) as pool:
        taken = [job_id for ids_of_one in pool.map(take_all, range(8)) for job_id in ids_of_one]
    assert len(taken) == len(ids)
    assert set(taken) == ids


def test_a_lost_trainers_job_is_taken_again_and_it_can_do_no_harm(airflow, trainer, superuser):
    job_id = submit(airflow, "self-test", {}, "lost")
    lost = leases.take(trainer, **LEASE)
    assert leases.renew(trainer, lost, **LEASE)
    assert leases.take(trainer, **LEASE) is None
    let_lease_run_out(superuser)
    again = leases.take(trainer, **LEASE)
    assert (again.id, again.attempt) == (job_id, 2)

    assert not leases.renew(trainer, lost, **LEASE)
    assert not leases.give_back(trainer, lost)
    assert not leases.succeed(trainer, lost, {"by": "the lost one"})
    assert not leases.fail(trainer, lost, "late", **RETRY)
    assert state(airflow, job_id).status == "running"
    assert leases.succeed(trainer, again, {"by": "the second"})
    assert not leases.succeed(trainer, lost, {"by": "the lost one"})
    job = state(airflow, job_id)
    assert (job.status, job.attempts, job.result) == ("succeeded", 2, {"by": "the second"})


def test_a_slow_trainer_keeps_what_nobody_has_taken(airflow, trainer, superuser):
    submit(airflow, "self-test", {}, "slow")
    claim = leases.take(trainer, **LEASE)
    let_lease_run_out(superuser)
    assert leases.renew(trainer, claim, **LEASE)
    assert leases.take(trainer, **LEASE) is None
    let_lease_run_out(superuser)
    assert leases.succeed(trainer, claim, {})


def test_an_end_may_be_told_again(airflow, trainer):
    submit(airflow, "self-test", {}, "done")
    done = leases.take(trainer, **LEASE)
    assert leases.succeed(trainer, done, {"n": 1})
    assert leases.succeed(trainer, done, {"n": 1})
    submit(airflow, "self-test", {}, "failed")
    failed = leases.take(trainer, **LEASE)
    assert leases.fail(trainer, failed, "no", final=True, retry_seconds=1)
    assert leases.fail(trainer, failed, "no", final=True, retry_seconds=1)
    assert not leases.succeed(trainer, failed, {})


def test_a_failed_attempt_is_followed_by_another_until_there_were_enough(airflow, trainer):
    job_id = submit(airflow, "self-test", {}, "flaky", max_attempts=2)
    assert leases.fail(trainer, leases.take(trainer, **LEASE), "first\0 reason", **RETRY)
    job = state(airflow, job_id)
    assert (job.status, job.error, job.finished_at) == ("queued", "first reason", None)
    assert leases.fail(trainer, leases.take(trainer, **LEASE), "second reason", **RETRY)
    job = state(airflow, job_id)
    assert (job.status, job.attempts, job.error) == ("failed", 2, "second reason")
    assert job.finished_at is not None
    assert leases.take(trainer, **LEASE) is None


def test_there_is_a_pause_that_doubles_after_each_failed_attempt(airflow, trainer, superuser):
    submit(airflow, "self-test", {}, "flaky")
    pauses = []
    for _ in range(2):
        claim = leases.take(trainer, **LEASE)
        leases.fail(trainer, claim, "no", final=False, retry_seconds=100)
        assert leases.take(trainer, **LEASE) is None
        query = "SELECT extract(epoch FROM run_after - now())::float FROM training_jobs"
        pauses.append(superuser.execute(query).fetchone()[0])
        superuser.execute("UPDATE training_jobs SET run_after = now()")
    assert pauses == [pytest.approx(100, abs=20), pytest.approx(200, abs=20)]


def test_a_success_forgets_earlier_errors(airflow, trainer):
    job_id = submit(airflow, "self-test", {}, "flaky")
    leases.fail(trainer, leases.take(trainer, **LEASE), "no", **RETRY)
    leases.succeed(trainer, leases.take(trainer, **LEASE), {"n": 1})
    job = state(airflow, job_id)
    assert (job.status, job.attempts, job.error) == ("succeeded", 2, None)


def test_a_job_that_loses_its_trainer_every_time_fails_in_the_end(airflow, trainer, superuser):
    job_id = submit(airflow, "self-test", {}, "deadly", max_attempts=2)
    for _ in range(2):
        assert leases.give_up_lost(trainer) == []
        assert leases.take(trainer, **LEASE)
        let_lease_run_out(superuser)
    assert leases.take(trainer, **LEASE) is None
    assert leases.give_up_lost(trainer) == ["deadly"]
    job = state(airflow, job_id)
    assert (job.status, job.attempts) == ("failed", 2)
    assert "the trainer was lost" in job.error


def test_an_attempt_that_is_given_back_does_not_count(airflow, trainer):
    job_id = submit(airflow, "self-test", {}, "interrupted", max_attempts=1)
    for attempt in (1, 2, 3):
        claim = leases.take(trainer, **LEASE)
        assert claim.attempt == attempt
        assert leases.give_back(trainer, claim)
        assert state(airflow, job_id).status == "queued"
    leases.fail(trainer, leases.take(trainer, **LEASE), "no", **RETRY)
    assert state(airflow, job_id).status == "failed"


def test_listeners_hear_of_jobs_that_are_free(airflow, trainer, database_as):
    with connect(database_as("trainer")) as listener:
        listener.execute(f"LISTEN {leases.CHANNEL}")

        def heard() -> int:
            return len(list(listener.notifies(timeout=10, stop_after=1)))

        submit(airflow, "self-test", {}, "new")
        assert heard() == 1
        claim = leases.take(trainer, **LEASE)
        leases.renew(trainer, claim, **LEASE)
        leases.give_back(trainer, claim)
        assert heard() == 1
        leases.succeed(trainer, leases.take(trainer, **LEASE), {})
        assert list(listener.notifies(timeout=0.3)) == []


IMPOSSIBLE = [
    "key = ''",
    "kind = ''",
    "parameters = '[]'",
    "status = 'lost'",
    "status = 'running', attempts = 1, started_at = now()",
    "status = 'running', lease_until = now()",
    "lease_until = now()",
    "attempts = 1",
    "attempts = 3, started_at = now()",
    "attempts = 4, interrupted = 5, started_at = now()",
    "interrupted = -1",
    "started_at = now()",
    "max_attempts = 0",
    "max_attempts = 11",
    "finished_at = now()",
    "status = 'succeeded', attempts = 1, started_at = now(), finished_at = now()",
    "status = 'succeeded', attempts = 1, started_at = now(), result = '{}'",
    "status = 'succeeded', attempts = 1, started_at = now(), finished_at = now(), result = '[]'",
    "status = 'succeeded', started_at = now(), finished_at = now(), result = '{}'",
    "status = 'failed', attempts = 1, started_at = now(), finished_at = now()",
    "status = 'failed', attempts = 1, started_at = now(), finished_at = now(), error = ''",
    "error = 'before the first attempt'",
    "result = '{}'",
]


@pytest.mark.parametrize("values", IMPOSSIBLE)
def test_the_table_refuses_impossible_states(airflow, values):
    columns = {"key": "'key'", "kind": "'self-test'"}
    columns |= dict(pair.split(" = ", 1) for pair in values.split(", "))
    statement = (
        f"INSERT INTO training_jobs ({', '.join(columns)}) VALUES ({', '.join(columns.values())})"
    )
    with pytest.raises(psycopg.errors.CheckViolation):
        airflow.execute(statement)


def test_the_table_takes_the_possible_ones(airflow):
    """So that the cases above fail by what they name."""
    for key, more in {
        "running": "'running', 1, now(), now(), NULL, NULL, NULL",
        "succeeded": "'succeeded', 1, now(), NULL, now(), '{}', NULL",
        "failed": "'failed', 3, now(), NULL, now(), NULL, 'no'",
        "queued again": "'queued', 2, now(), NULL, NULL, NULL, 'no'",
    }.items():
        airflow.execute(
            f"""INSERT INTO training_jobs (key, kind, status, attempts, started_at, lease_until,
              finished_at, result, error) VALUES ('{key}', 'self-test', {more})"""
        )


@pytest.mark.parametrize(
    ("before", "change"),
    [
        ("queued", "key = 'other'"),
        ("queued", "kind = 'other'"),
        ("queued", "parameters = '{\"seconds\": 1}'"),
        ("queued", "max_attempts = 4"),
        ("queued", "submitted_at = now() - interval '1 day'"),
        ("queued", "id = gen_random_uuid()"),
        ("queued", "status = 'running', attempts = 2, lease_until = now(), started_at = now()"),
        ("running", "attempts = attempts + 1"),
        ("running", "status = 'queued', lease_until = NULL, attempts = 0, started_at = NULL"),
        ("failed once", "status = 'running', lease_until = now()"),
        ("succeeded", "result = '{\"n\": 2}'"),
        ("succeeded", "status = 'running', attempts = 2, lease_until = now()"),
        ("failed", "status = 'queued', finished_at = NULL"),
    ],
)
def test_the_table_refuses_impossible_changes(airflow, trainer, before, change):
    submit(airflow, "self-test", {}, "key")
    if before != "queued":
        claim = leases.take(trainer, **LEASE)
    if before == "succeeded":
        leases.succeed(trainer, claim, {"n": 1})
    if before in ("failed", "failed once"):
        leases.fail(trainer, claim, "no", final=before == "failed", retry_seconds=1)
    with pytest.raises(psycopg.errors.CheckViolation):
        trainer.execute(f"UPDATE training_jobs SET {change}")
