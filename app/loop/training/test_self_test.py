"""The job that is there to be tested with."""

import time

import pytest

from .kinds import JobRefused
from .self_test import primes, run


@pytest.mark.parametrize(
    ("up_to", "count"),
    [(0, 0), (1, 0), (2, 1), (3, 2), (4, 2), (25, 9), (1000, 168), (10_000, 1229)],
)
def test_primes_are_counted(up_to, count):
    assert primes(up_to) == count


def test_it_takes_as_long_as_told():
    start = time.monotonic()
    assert run({"seconds": 0.2, "up_to": 10}) == {"primes": 4, "seconds": 0.2}
    assert time.monotonic() - start >= 0.2


def test_it_has_defaults():
    assert run({}) == {"primes": 168, "seconds": 0}


@pytest.mark.parametrize(
    "parameters",
    [{"seconds": -1}, {"seconds": 601}, {"up_to": "10"}, {"up_to": True}, {"up_to": 1e9}, {"n": 1}],
)
def test_other_parameters_are_refused_by_name(parameters):
    with pytest.raises(JobRefused, match=next(iter(parameters))):
        run(parameters)
