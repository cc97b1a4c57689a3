"""The queue as those see it who submit jobs, with the rights of their role."""

import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from loop.database import connect
from loop.trainer import leases

from .kinds import UnknownKind
from .queue import JobConflict, JobFailed, UnknownJob, WaitTimeout, state, submit, wait

pytestmark = pytest.mark.service


def test_a_job_is_queued_as_it_was_submitted(airflow):
    job = state(airflow, submit(airflow, "self-test", {"up_to": 10}, "dag/run/task"))
    assert (job.key, job.kind, job.parameters) == ("dag/run/task", "self-test", {"up_to": 10})
    assert (job.status, job.attempts, job.max_attempts) == ("queued", 0, 3)
    assert (job.started_at, job.finished_at, job.result, job.error) == (None, None, None, None)
    assert job.submitted_at.tzinfo is not None
    assert not job.finished


def test_the_same_key_gives_the_same_job(airflow, superuser):
    first = submit(airflow, "self-test", {"seconds": 1, "up_to": 5}, "once")
    assert submit(airflow, "self-test", {"up_to": 5, "seconds": 1}, "once") == first
    assert submit(airflow, "self-test", {}, "another") != first
    assert superuser.execute("SELECT count(*) FROM training_jobs").fetchone() == (2,)


def test_many_who_submit_at_once_get_the_same_job(airflow, database_as):
    start = threading.Barrier(8)

    def submit_it(_: int) -> str:
        with connect(database_as("airflow-loop")) as own:
            start.wait()
            return submit(own, "self-test", {}, "at once")

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(submit_it, range(8)))) == 1


def test_a_key_of_other_work_is_refused(airflow):
    submit(airflow, "self-test", {"up_to": 5}, "taken")
    with pytest.raises(JobConflict, match="taken"):
        submit(airflow, "self-test", {"up_to": 6}, "taken")


def test_an_unknown_kind_is_refused_and_the_known_are_named(airflow):
    with pytest.raises(UnknownKind, match="'bake'; there are: self-test"):
        submit(airflow, "bake", {}, "key")


@pytest.mark.parametrize("job_id", ["0b8e3c0e-5d5c-4c1e-9f70-000000000000", "nonsense"])
def test_an_unknown_job(airflow, job_id):
    with pytest.raises(UnknownJob, match=job_id):
        state(airflow, job_id)


def test_waiting_ends_with_the_result(airflow, database_as):
    job_id = submit(airflow, "self-test", {}, "waited for")

    def do_it() -> None:
        with connect(database_as("trainer")) as own:
            leases.succeed(own, leases.take(own, lease_seconds=60), {"primes": 168})

    timer = threading.Timer(0.3, do_it)
    timer.start()
    job = wait(airflow, job_id, timeout_seconds=60, poll_seconds=0.05)
    timer.join()
    assert (job.status, job.result, job.attempts, job.finished) == (
        "succeeded",
        {"primes": 168},
        1,
        True,
    )


def test_waiting_for_what_fails_says_why(airflow, trainer):
    job_id = submit(airflow, "self-test", {}, "hopeless")
    claim = leases.take(trainer, lease_seconds=60)
    leases.fail(trainer, claim, "no food on it", final=True, retry_seconds=1)
    with pytest.raises(JobFailed, match="hopeless failed after 1 attempt: no food on it") as caught:
        wait(airflow, job_id, timeout_seconds=60)
    assert caught.value.job.status == "failed"


def test_waiting_has_an_end(airflow):
    job_id = submit(airflow, "self-test", {}, "slow")
    with pytest.raises(WaitTimeout, match=r"slow is queued after 0\.2 s") as caught:
        wait(airflow, job_id, timeout_seconds=0.2, poll_seconds=0.05)
    assert caught.value.job.id == job_id


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE training_jobs SET status = 'failed'",
        "DELETE FROM training_jobs",
        "TRUNCATE training_jobs",
    ],
)
def test_who_submits_changes_nothing(airflow, statement):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        airflow.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO training_jobs (key, kind) VALUES ('own', 'self-test')",
        "DELETE FROM training_jobs",
    ],
)
def test_the_trainer_neither_submits_nor_deletes(trainer, statement):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        trainer.execute(statement)
