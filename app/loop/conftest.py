"""Fixtures of the tests against a real PostgreSQL, which test/loop.service.test.ts starts.

TEST_DATABASE_HOST, _PORT, _NAME: where it is. TEST_DATABASE_PASSWORD: of the roles that the specs
make. TEST_DATABASE_SUPERUSER and TEST_DATABASE_SUPERUSER_PASSWORD: to empty the tables.
"""

import os
from collections.abc import Callable, Iterator

import psycopg
import pytest

from loop.database import connect
from loop.settings import Database

NAMES = ("HOST", "PORT", "NAME", "PASSWORD", "SUPERUSER", "SUPERUSER_PASSWORD")


@pytest.fixture(scope="session")
def database_as() -> Callable[[str], Database]:
    """The database as one of its roles."""
    given = {name: os.environ.get(f"TEST_DATABASE_{name}", "") for name in NAMES}
    assert all(given.values()), f"set TEST_DATABASE_{', _'.join(NAMES)} to a migrated database"

    def of_role(role: str) -> Database:
        own = "SUPERUSER_PASSWORD" if role == given["SUPERUSER"] else "PASSWORD"
        host, port, name = given["HOST"], int(given["PORT"]), given["NAME"]
        return Database(host, port, name, role, given[own])

    return of_role


@pytest.fixture
def superuser(database_as) -> Iterator[psycopg.Connection]:
    """A connection that may do everything, to a database whose tables are empty."""
    with connect(database_as(os.environ["TEST_DATABASE_SUPERUSER"])) as connection:
        connection.execute("TRUNCATE training_jobs, predictions, embeddings, feedback")
        yield connection


@pytest.fixture
def airflow(superuser, database_as) -> Iterator[psycopg.Connection]:
    """A connection as the role that submits jobs."""
    with connect(database_as("airflow-loop")) as connection:
        yield connection


@pytest.fixture
def trainer(superuser, database_as) -> Iterator[psycopg.Connection]:
    """A connection as the role that does them."""
    with connect(database_as("trainer")) as connection:
        yield connection
