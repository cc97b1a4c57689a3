"""The kinds of job there are: each a function that takes parameters and gives a result, both JSON.

A kind is named by its function's place and not by the function itself, so that nothing heavy is
loaded before a job runs, and then only in the job's own process.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


class UnknownKind(Exception):
    """There is no such kind of job; the words name those there are."""


class JobRefused(Exception):
    """What a job raises when its parameters are wrong: another attempt would end the same."""


@dataclass(frozen=True)
class Kind:
    """One kind of job."""

    function: str
    """`module:name` of a function `(parameters: dict) -> dict`."""
    limit_seconds: float
    """An attempt that takes longer is ended and counts as failed."""


KINDS: Mapping[str, Kind] = MappingProxyType(
    {"self-test": Kind("loop.training.self_test:run", limit_seconds=900)}
)


def require_kind(name: str, kinds: Mapping[str, Kind] = KINDS) -> Kind:
    """The kind of this name. Raises UnknownKind."""
    if name not in kinds:
        raise UnknownKind(
            f"there is no kind of job '{name}'; there are: {', '.join(sorted(kinds))}"
        )
    return kinds[name]
