"""The trainer's settings."""

from pathlib import Path

import pytest

from loop.settings import InvalidSetting, MissingSetting

from .settings import TrainerSettings

DATABASE = {
    "DATABASE_HOST": "postgres",
    "DATABASE_PORT": "5432",
    "DATABASE_NAME": "loop",
    "DATABASE_USER": "trainer",
    "DATABASE_PASSWORD": "s3cret-word",
}


def test_defaults_and_given():
    settings = TrainerSettings.from_environment(DATABASE)
    assert (settings.poll_seconds, settings.lease_seconds, settings.retry_seconds) == (5, 30, 15)
    assert settings.database.user == "trainer"
    given = {"POLL_SECONDS": "0.5", "LEASE_SECONDS": "3", "RETRY_SECONDS": "1", "ALIVE_FILE": "/x"}
    settings = TrainerSettings.from_environment({**DATABASE, **given})
    assert (settings.poll_seconds, settings.lease_seconds, settings.retry_seconds) == (0.5, 3, 1)
    assert settings.alive_file == Path("/x")


@pytest.mark.parametrize("name", ["POLL_SECONDS", "LEASE_SECONDS", "RETRY_SECONDS"])
@pytest.mark.parametrize("value", ["0", "-1", "soon", "nan", "3601"])
def test_other_times_are_refused_by_name(name, value):
    with pytest.raises(InvalidSetting, match=f"{name} is '{value}'"):
        TrainerSettings.from_environment({**DATABASE, name: value})


def test_a_database_is_needed():
    with pytest.raises(MissingSetting, match="DATABASE_HOST"):
        TrainerSettings.from_environment({})
