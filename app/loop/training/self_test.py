"""A job that shows that jobs get done: it takes as long as told, and its result can be checked."""

import time
from typing import Any

from .kinds import JobRefused

LONGEST_SECONDS = 600
LARGEST = 10_000_000


def run(parameters: dict[str, Any]) -> dict[str, Any]:
    """Count the primes up to a number.

    Parameters: `seconds` (0 to 600, default 0) to wait before, and `up_to` (0 to 10,000,000,
    default 1000). Result: `primes`, 168 up to 1000; and `seconds` that were waited.

    Raises JobRefused for other parameters.
    """
    unknown = parameters.keys() - {"seconds", "up_to"}
    if unknown:
        raise JobRefused(f"unknown parameters {sorted(unknown)}; allowed: seconds, up_to")
    seconds = number(parameters, "seconds", 0, LONGEST_SECONDS)
    up_to = int(number(parameters, "up_to", 1000, LARGEST))
    time.sleep(seconds)
    return {"primes": primes(up_to), "seconds": seconds}


def number(parameters: dict[str, Any], name: str, default: int, largest: int) -> float:
    """A parameter from 0 to `largest`. Raises JobRefused."""
    value = parameters.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= largest:
        raise JobRefused(f"{name} is {value!r}; allowed: a number, 0 to {largest}")
    return value


def primes(up_to: int) -> int:
    """How many primes there are up to a number, by the sieve of Eratosthenes: a byte a number."""
    prime = bytearray([1]) * (up_to + 1)
    prime[:2] = bytes(min(2, up_to + 1))
    for candidate in range(2, int(up_to**0.5) + 1):
        if prime[candidate]:
            multiples = range(candidate * candidate, up_to + 1, candidate)
            prime[candidate * candidate :: candidate] = bytes(len(multiples))
    return sum(prime)
