"""What the trainer is told by its environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from loop.settings import Database, InvalidSetting


@dataclass(frozen=True)
class TrainerSettings:
    """Where the queue is, and how patient the trainer is."""

    database: Database
    poll_seconds: float = 5
    """Looks into the queue so often, besides whenever PostgreSQL tells it to."""
    lease_seconds: float = 30
    """A trainer that hasn't been heard of for so long is taken for lost."""
    retry_seconds: float = 15
    """Pause after a job's first failed attempt; it doubles with each further one."""
    alive_file: Path = Path("/tmp/alive")
    """Touched whenever the queue was reached, for the health check."""

    @classmethod
    def from_environment(cls, variables: Mapping[str, str] = os.environ) -> Self:
        """From the variables of `Database`, POLL_SECONDS, LEASE_SECONDS, RETRY_SECONDS, ALIVE_FILE.

        Raises MissingSetting, InvalidSetting.
        """
        return cls(
            database=Database.from_environment(variables),
            poll_seconds=seconds(variables, "POLL_SECONDS", cls.poll_seconds),
            lease_seconds=seconds(variables, "LEASE_SECONDS", cls.lease_seconds),
            retry_seconds=seconds(variables, "RETRY_SECONDS", cls.retry_seconds),
            alive_file=Path(variables.get("ALIVE_FILE") or cls.alive_file),
        )


LONGEST_SECONDS = 3600


def seconds(variables: Mapping[str, str], name: str, default: float) -> float:
    """A span of time. Raises InvalidSetting."""
    given = variables.get(name, "")
    if not given:
        return default
    try:
        value = float(given)
    except ValueError:
        value = 0.0
    if not 0 < value <= LONGEST_SECONDS:
        raise InvalidSetting(
            f"{name} is '{given}'; allowed: a number of seconds above 0, up to {LONGEST_SECONDS}"
        )
    return value
