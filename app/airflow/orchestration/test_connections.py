"""Airflow's connections in the terms of package `loop`."""

from types import SimpleNamespace
from typing import Any

import pytest
from loop.settings import Database, Inference, InvalidSetting, LabelStudio, ObjectStore

from . import connections


def connection(name: str, **fields: Any) -> Any:
    empty = {"host": None, "port": None, "schema": None, "login": None, "password": None}
    extra = fields.pop("extra", {})
    return SimpleNamespace(conn_id=name, extra_dejson=extra, **{**empty, **fields})


COMPLETE = {
    "database": (
        connections.database_of,
        {"host": "postgres", "port": 5432, "schema": "loop", "login": "me", "password": "word"},
        Database("postgres", 5432, "loop", "me", "word"),
    ),
    "object_store": (
        connections.object_store_of,
        {"login": "me", "password": "word", "extra": {"endpoint_url": "http://minio:9000"}},
        ObjectStore("http://minio:9000", "me", "word"),
    ),
    "label_studio": (
        connections.label_studio_of,
        {"host": "http://label-studio:8080", "password": "word"},
        LabelStudio("http://label-studio:8080", "word"),
    ),
    "inference": (
        connections.inference_of,
        {"host": "http://inference:8000"},
        Inference("http://inference:8000"),
    ),
}


@pytest.mark.parametrize("name", COMPLETE)
def test_complete(name):
    make, fields, expected = COMPLETE[name]
    assert make(connection(name, **fields)) == expected


@pytest.mark.parametrize(
    ("name", "field"),
    [(name, field) for name, (_, fields, _) in COMPLETE.items() for field in fields],
)
@pytest.mark.parametrize("nothing", ["absent", "empty"])
def test_incomplete(name, field, nothing):
    make, fields, _ = COMPLETE[name]
    value = {} if field == "extra" else "" if nothing == "empty" else None
    with pytest.raises(connections.IncompleteConnection) as raised:
        make(connection(name, **{**fields, field: value}))
    words = str(raised.value)
    assert f"connection {name} has no {field}" in words
    assert f"AIRFLOW_CONN_{name.upper()}" in words
    assert "word" not in words.replace("password", "")


def test_address_with_a_user_in_it_is_refused():
    with pytest.raises(InvalidSetting):
        connections.inference_of(connection("inference", host="http://me:word@inference:8000"))
