"""The check of a real PostgreSQL."""

from dataclasses import replace

import pytest

from .connections import ConnectionProblem, check_database

pytestmark = pytest.mark.service


def test_it_says_what_it_saw(database_as):
    database = database_as("jupyter")
    seen = check_database(database, ["predictions", "feedback"])
    assert seen.startswith("PostgreSQL 17.")
    assert f"at {database.host}:{database.port}: database {database.name} as jupyter" in seen
    assert seen.endswith("; can read predictions, feedback")


@pytest.mark.parametrize(
    ("changes", "tables", "problem", "advice"),
    [
        ({"password": "wrong-word"}, [], "password authentication failed", "password is its own"),
        ({"name": "elsewhere"}, [], '"elsewhere" does not exist', "see that service postgres runs"),
        ({}, ["training_jobs"], "permission denied for table training_jobs", "give role jupyter"),
        ({}, ["no_such_table"], '"no_such_table" does not exist', "current migrations"),
    ],
)
def test_problems_say_what_to_do(database_as, changes, tables, problem, advice):
    database = replace(database_as("jupyter"), **changes)
    with pytest.raises(ConnectionProblem) as caught:
        check_database(database, tables)
    words = str(caught.value)
    assert words.startswith(f"PostgreSQL at {database.host}:{database.port}: ")
    assert problem in words
    assert advice in words
    assert database.password not in words
    assert "\n" not in words
