"""The trainer as a process of its own before a real PostgreSQL: done once, whatever is killed."""

import signal

import pytest

from loop.settings import Database
from loop.testing.forwarder import Forwarder
from loop.testing.kinds import TEST_KINDS
from loop.testing.trainer_process import (
    TrainerProcess,
    cpu_seconds,
    eventually,
    is_group_gone,
    runs,
    wait_for_pids,
)
from loop.training import queue
from loop.training.queue import JobFailed, state, wait

from .service import NOT_KEPT

pytestmark = pytest.mark.service

PATIENCE = {"timeout_seconds": 60, "poll_seconds": 0.05}


@pytest.fixture(autouse=True)
def kinds_of_tests(monkeypatch):
    """Let tests submit them too."""
    monkeypatch.setattr(queue, "require_kind", TEST_KINDS.get)


@pytest.fixture
def start(superuser, database_as, tmp_path):
    """Start trainers; all are gone after the test."""
    trainers = []

    def start_one(**settings: object) -> TrainerProcess:
        database = settings.pop("database", database_as("trainer"))
        one = TrainerProcess(database, tmp_path / f"trainer-{len(trainers)}", **settings)
        trainers.append(one)
        return one

    yield start_one
    for one in trainers:
        one.discard()


def submit(airflow, kind, parameters=None, **options):
    return queue.submit(airflow, kind, parameters or {}, f"test of {kind}", **options)


def test_a_job_is_done_as_soon_as_it_is_submitted(airflow, start):
    trainer = start(POLL_SECONDS=600, LEASE_SECONDS=1800)
    eventually(lambda: trainer.said("waiting for jobs") and trainer.alive_file.exists())
    job = wait(airflow, submit(airflow, "self-test", {"up_to": 1000}), **PATIENCE)
    assert (job.result, job.attempts) == ({"primes": 168, "seconds": 0}, 1)
    eventually(lambda: trainer.said("job succeeded"))
    line = next(line for line in trainer.lines() if line["msg"] == "job succeeded")
    assert (line["job"], line["kind"], line["attempt"]) == (job.id, "self-test", 1)
    assert len(trainer.lines()) == len(trainer.log_file.read_text().splitlines())


def test_a_busy_trainer_rests_while_others_submit(airflow, start):
    trainer = start(POLL_SECONDS=600, LEASE_SECONDS=1800)
    first = queue.submit(airflow, "self-test", {"seconds": 3}, "first")
    eventually(lambda: state(airflow, first).status == "running")
    before = cpu_seconds(trainer.process.pid)
    second = queue.submit(airflow, "self-test", {}, "second")
    assert wait(airflow, first, **PATIENCE).finished
    assert cpu_seconds(trainer.process.pid) - before < 0.5
    assert wait(airflow, second, **PATIENCE).finished


def test_jobs_that_waited_before_are_done_in_order(airflow, start):
    ids = [queue.submit(airflow, "self-test", {"up_to": n}, f"job {n}") for n in (10, 100, 1000)]
    start(POLL_SECONDS=600, LEASE_SECONDS=1800)
    jobs = [wait(airflow, job_id, **PATIENCE) for job_id in ids]
    assert [job.result["primes"] for job in jobs] == [4, 25, 168]
    assert jobs[0].finished_at < jobs[1].finished_at < jobs[2].finished_at


def test_a_killed_trainers_job_is_done_once_by_the_next(airflow, start, tmp_path):
    pids = tmp_path / "pids"
    job_id = submit(airflow, "note_and_wait", {"file": str(pids), "seconds": 2})
    first = start()
    (child,) = wait_for_pids(pids, 1)
    first.end(signal.SIGKILL)
    assert state(airflow, job_id).status == "running"
    start()
    job = wait(airflow, job_id, **PATIENCE)
    assert job.attempts == 2
    assert wait_for_pids(pids, 2) == [child, job.result["pid"]]


def test_a_stopped_trainer_gives_its_job_back(airflow, start, tmp_path):
    pids = tmp_path / "pids"
    job_id = submit(airflow, "note_and_wait", {"file": str(pids), "seconds": 3}, max_attempts=1)
    first = start(LEASE_SECONDS=3600)
    (child,) = wait_for_pids(pids, 1)
    assert first.end(signal.SIGTERM) == 0
    assert is_group_gone(child)
    job = state(airflow, job_id)
    assert (job.status, job.attempts, job.error) == ("queued", 1, None)
    assert first.said("job given back")
    assert first.lines()[-1]["msg"] == "trainer stopped"
    start(LEASE_SECONDS=3600)
    assert wait(airflow, job_id, **PATIENCE).attempts == 2


def test_an_idle_trainer_stops_at_once(airflow, start):
    trainer = start(POLL_SECONDS=600)
    eventually(lambda: trainer.alive_file.exists())
    assert trainer.end(signal.SIGTERM) == 0


def test_a_trainer_that_was_frozen_drops_a_job_that_another_has_taken(airflow, start, tmp_path):
    pids = tmp_path / "pids"
    job_id = submit(airflow, "note_and_wait", {"file": str(pids), "seconds": 6})
    frozen = start()
    (child,) = wait_for_pids(pids, 1)
    frozen.send(signal.SIGSTOP)
    second = start()
    wait_for_pids(pids, 2)
    frozen.send(signal.SIGCONT)
    # By what it learns first: that it can't renew, or that its outcome is no longer wanted.
    eventually(lambda: frozen.said("job lost to another attempt") or frozen.said(NOT_KEPT))
    eventually(lambda: is_group_gone(child))
    job = wait(airflow, job_id, **PATIENCE)
    assert job.attempts == 2
    assert job.result == {"pid": wait_for_pids(pids, 2)[1]}
    eventually(lambda: second.said("job succeeded"))
    assert not frozen.said("job succeeded")


def test_a_killed_postgresql_neither_ends_nor_repeats_the_job(
    airflow, start, database_as, tmp_path
):
    direct = database_as("trainer")
    forwarder = Forwarder(direct.host, direct.port)
    through = Database("127.0.0.1", forwarder.port, direct.name, direct.user, direct.password)
    pids = tmp_path / "pids"
    trainer = start(database=through)
    job_id = submit(airflow, "note_and_wait", {"file": str(pids), "seconds": 3})
    wait_for_pids(pids, 1)
    forwarder.cut()
    query = "SELECT lease_until < now() FROM training_jobs"
    eventually(lambda: airflow.execute(query).fetchone()[0])
    (child,) = wait_for_pids(pids, 1)
    eventually(lambda: not runs(child))
    assert state(airflow, job_id).status == "running"
    forwarder.restore()
    job = wait(airflow, job_id, **PATIENCE)
    assert (job.attempts, job.result) == (1, {"pid": child})
    assert trainer.said("PostgreSQL can't be reached")
    again = queue.submit(airflow, "self-test", {}, "after it")
    assert wait(airflow, again, **PATIENCE).attempts == 1
    forwarder.cut()


def test_a_trainer_may_start_before_postgresql(airflow, start, database_as):
    direct = database_as("trainer")
    forwarder = Forwarder(direct.host, direct.port)
    forwarder.cut()
    through = Database("127.0.0.1", forwarder.port, direct.name, direct.user, direct.password)
    trainer = start(database=through)
    eventually(lambda: trainer.said("PostgreSQL can't be reached"))
    assert not trainer.alive_file.exists()
    forwarder.restore()
    eventually(lambda: trainer.alive_file.exists())
    forwarder.cut()
    log = trainer.log_file.read_text()
    assert direct.password not in log


@pytest.mark.parametrize(
    ("kind", "parameters", "reason"),
    [
        ("refuse", {}, r"no such model"),
        ("no-such-kind", {}, r"there is no kind of job 'no-such-kind'; there are: .*self-test"),
        ("give_nul", {}, r"PostgreSQL can't keep the result"),
    ],
)
def test_what_would_end_the_same_again_fails_at_once(airflow, start, kind, parameters, reason):
    trainer = start()
    with pytest.raises(JobFailed, match=reason) as caught:
        wait(airflow, submit(airflow, kind, parameters), **PATIENCE)
    assert caught.value.job.attempts == 1
    assert trainer.process.poll() is None


@pytest.mark.parametrize(
    ("kind", "parameters", "reason"),
    [
        ("raise_error", {"words": "no food"}, r"ValueError: no food"),
        ("crash", {}, r"the job's process was ended by SIGSEGV"),
        ("slow", {"file": "/dev/null", "seconds": 60}, r"took longer than the 1 s"),
    ],
)
def test_a_crash_is_tried_again_and_does_not_take_the_trainer_down(
    airflow, start, kind, parameters, reason
):
    trainer = start()
    with pytest.raises(JobFailed, match=reason) as caught:
        wait(airflow, submit(airflow, kind, parameters, max_attempts=2), **PATIENCE)
    assert caught.value.job.attempts == 2
    after = queue.submit(airflow, "self-test", {}, "after it")
    assert wait(airflow, after, **PATIENCE).status == "succeeded"
    assert trainer.process.poll() is None


def test_a_passing_problem_passes(airflow, start, tmp_path):
    start()
    job_id = submit(airflow, "fail_at_first", {"file": str(tmp_path / "there")})
    job = wait(airflow, job_id, **PATIENCE)
    assert (job.attempts, job.result) == (2, {"attempt": "second"})


def test_a_missing_table_ends_the_trainer_with_its_name(superuser, start):
    superuser.execute("ALTER TABLE training_jobs RENAME TO elsewhere")
    try:
        trainer = start()
        assert trainer.process.wait(60) == 1
        assert 'relation "training_jobs" does not exist' in trainer.lines()[-1]["reason"]
    finally:
        superuser.execute("ALTER TABLE elsewhere RENAME TO training_jobs")
