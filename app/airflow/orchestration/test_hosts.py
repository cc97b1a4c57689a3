"""What a part of Airflow calls itself."""

import pytest

from .hosts import service


def test_is_given_by_the_environment(monkeypatch):
    monkeypatch.setenv("SERVICE_NAME", "airflow-scheduler")
    assert service() == "airflow-scheduler"


def test_must_be_given(monkeypatch):
    monkeypatch.delenv("SERVICE_NAME", raising=False)
    with pytest.raises(RuntimeError, match="SERVICE_NAME is not set"):
        service()
