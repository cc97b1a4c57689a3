"""Attempts in real processes: every way in which one can end."""

import selectors
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from loop.testing.kinds import TEST_KINDS
from loop.testing.trainer_process import eventually, is_group_gone, runs, wait_for_pids
from loop.training.kinds import KINDS, Kind

from .work import Failed, Succeeded, Work, child_environment, read_outcome

SECONDS = 60


def done(work: Work):
    """Wait as the trainer does, and say what came of it."""
    deadline = time.monotonic() + SECONDS
    with selectors.DefaultSelector() as selector:
        selector.register(work, selectors.EVENT_READ)
        while (outcome := work.outcome()) is None:
            assert time.monotonic() < deadline
            selector.select(min(1, max(0, work.deadline - time.monotonic())))
    return outcome


def run(name: str, **parameters: object):
    return done(Work(TEST_KINDS[name], parameters))


def test_a_result_comes_back():
    assert done(Work(KINDS["self-test"], {"up_to": 1000})) == Succeeded(
        {"primes": 168, "seconds": 0}
    )


def test_a_result_larger_than_a_pipe_comes_back_whole():
    assert run("give_much", characters=1_000_000) == Succeeded({"text": "x" * 1_000_000})


def test_parameters_larger_than_a_pipe_arrive():
    outcome = run("raise_error", words="y" * 1_000_000)
    assert outcome == Failed("ValueError: " + "y" * 1_000_000)


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("refuse", Failed("no such model", final=True)),
        ("crash", Failed("the job's process was ended by SIGSEGV")),
        ("leave", Failed("the job's process ended with exit code 3 and without a result")),
        (
            "give_list",
            Failed("TypeError: loop.testing.kinds:give_list returned list; allowed: dict"),
        ),
    ],
)
def test_what_ends_badly_says_how(name, outcome):
    assert run(name) == outcome


def test_a_number_that_is_none_is_no_json():
    outcome = run("give_nan")
    assert isinstance(outcome, Failed)
    assert outcome.error.startswith("ValueError: Out of range float values")


def test_a_function_that_is_not_there():
    outcome = done(Work(Kind("loop.testing.kinds:bake", limit_seconds=SECONDS), {}))
    assert isinstance(outcome, Failed)
    assert "has no attribute 'bake'" in outcome.error


def test_an_attempt_has_a_limit(tmp_path):
    pids = tmp_path / "pids"
    outcome = run("slow", file=str(pids), seconds=SECONDS)
    assert outcome == Failed("took longer than the 1 s that its kind may take")


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_it_can_be_ended_and_nothing_is_left(tmp_path):
    pids = tmp_path / "pids"
    work = Work(TEST_KINDS["note_and_wait"], {"file": str(pids), "seconds": SECONDS})
    (child,) = wait_for_pids(pids, 1)
    assert work.outcome() is None
    files = open_files()
    work.end()
    work.end()
    assert is_group_gone(child)
    assert open_files() == files - 1


def test_what_a_job_says_before_its_result_is_no_result():
    assert read_outcome(b'{"resu', -signal.SIGKILL, oom=False) == Failed(
        "the job's process was ended by SIGKILL"
    )


def test_a_kill_for_want_of_memory_is_told_from_others():
    assert read_outcome(b"", -signal.SIGKILL, oom=True) == Failed(
        "the job's process needed more memory than the trainer has, and was killed"
    )
    assert read_outcome(b"", -signal.SIGSEGV, oom=True) == Failed(
        "the job's process was ended by SIGSEGV"
    )
    assert read_outcome(b"", -99, oom=False) == Failed("the job's process was ended by signal 99")


def test_the_trainer_loads_nothing_that_a_job_needs():
    """So that it stays small while it waits."""
    heavy = "{'minio', 'urllib3', 'numpy', 'pandas', 'loop.training.self_test'}"
    code = f"import sys, loop.trainer.service; assert not {heavy} & set(sys.modules), sys.modules"
    process = subprocess.run([sys.executable, "-c", code], env=child_environment(), check=False)
    assert process.returncode == 0


START_AND_WAIT = """import sys, time
from loop.testing.kinds import TEST_KINDS
from loop.trainer.work import Work
work = Work(TEST_KINDS["note_and_wait"], {"file": sys.argv[1], "seconds": 3600})
time.sleep(3600)"""


def test_it_ends_with_a_trainer_that_is_killed(tmp_path):
    pids = tmp_path / "pids"
    trainer = subprocess.Popen(
        [sys.executable, "-c", START_AND_WAIT, str(pids)], env=child_environment()
    )
    (child,) = wait_for_pids(pids, 1)
    trainer.kill()
    trainer.wait()
    eventually(lambda: not runs(child))
