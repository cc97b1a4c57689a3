"""Checks of services that answer well, badly, or not at all."""

import socket

import pytest

from .connections import (
    ConnectionProblem,
    check_database,
    check_inference,
    check_label_studio,
    check_object_store,
)
from .settings import Database, Inference, LabelStudio, ObjectStore
from .testing.http_server import answering

SECRET = "s3cret-word"
PROJECTS = "/api/projects?page_size=1"
LISTING = "/{}?delimiter=%2F&encoding-type=url&list-type=2&max-keys=1000&prefix="


@pytest.fixture
def nobody():
    """An address of loopback at which nothing listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{held.getsockname()[1]}"


def problem_of(check) -> str:
    with pytest.raises(ConnectionProblem) as caught:
        check()
    assert SECRET not in str(caught.value)
    return str(caught.value)


def test_label_studio_shows_its_projects_to_the_token():
    with answering({PROJECTS: (200, {"count": 1, "results": []})}) as server:
        seen = check_label_studio(LabelStudio(server.url, SECRET))
    assert seen == f"Label Studio at {server.url}: 1 project"
    assert server.requests[0][1]["Authorization"] == f"Token {SECRET}"


@pytest.mark.parametrize(
    ("answer", "problem", "advice"),
    [
        ((401, {"detail": SECRET}), "answered 401 to GET /api/projects", "see that the token"),
        ((500, b"oops"), "answered 500", "see the log of service label-studio"),
        ((302, b""), "answered 302", "see that this is the address"),
        ((200, b"<html>"), "no JSON object", "see that this is the address"),
        ((200, [1]), "no JSON object", "see that this is the address"),
        ((200, {}), "no list of projects", "see that this is Label Studio's address"),
    ],
)
def test_label_studios_problems(answer, problem, advice):
    with answering({PROJECTS: answer}) as server:
        words = problem_of(lambda: check_label_studio(LabelStudio(server.url, SECRET)))
    assert words.startswith(f"Label Studio at {server.url}: ")
    assert problem in words
    assert advice in words


def test_inference_names_its_model():
    with answering({"/readyz": (200, {"ready": True, "modelVersion": "v7"})}) as server:
        seen = check_inference(Inference(server.url))
    assert seen == f"inference API at {server.url}: ready with model v7"


def test_inference_without_a_model_is_to_be_waited_for():
    with answering({"/readyz": (503, {"code": "no-model"})}) as server:
        words = problem_of(lambda: check_inference(Inference(server.url)))
    assert "answered 503 to GET /readyz; wait until service inference is ready" in words


def test_buckets_are_listed():
    listing = b"""<ListBucketResult><Name>production</Name><IsTruncated>false</IsTruncated>
      </ListBucketResult>"""
    answers = {LISTING.format(bucket): (200, listing) for bucket in ("production", "models")}
    with answering(answers) as server:
        store = ObjectStore(server.url, "airflow", SECRET)
        seen = check_object_store(store, ["production", "models"])
    assert seen == f"object store at {server.url}: can read production, models as airflow"
    assert len(server.requests) == 2


def test_a_bucket_that_may_not_be_read_is_named():
    denied = b"<Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>"
    with answering({LISTING.format("models"): (403, denied)}) as server:
        store = ObjectStore(server.url, "airflow", SECRET)
        words = problem_of(lambda: check_object_store(store, ["models"]))
    assert "bucket 'models': AccessDenied; see that airflow may read the bucket" in words


def test_what_is_no_object_store_is_said():
    with answering({LISTING.format("models"): (403, {"detail": SECRET})}) as server:
        store = ObjectStore(server.url, "airflow", SECRET)
        words = problem_of(lambda: check_object_store(store, ["models"]))
    assert "bucket 'models': InvalidResponseError; see that this is an object store" in words


def test_a_token_goes_nowhere_else():
    with answering({}) as other, answering({PROJECTS: (302, b"")}) as server:
        server.location = other.url
        problem_of(lambda: check_label_studio(LabelStudio(server.url, SECRET)))
    assert other.requests == []


def test_what_does_not_run_is_said(nobody):
    url = f"http://{nobody}"
    words = problem_of(lambda: check_label_studio(LabelStudio(url, SECRET)))
    assert words.startswith(f"Label Studio at {url}: ")
    assert words.endswith("see that service label-studio runs")
    words = problem_of(lambda: check_inference(Inference(url)))
    assert words.endswith("see that service inference runs")
    words = problem_of(lambda: check_object_store(ObjectStore(url, "airflow", SECRET), ["models"]))
    assert words.startswith(f"object store at {url}: ")
    assert words.endswith("see that service minio runs")
    host, port = nobody.split(":")
    database = Database(host, int(port), "loop", "airflow-loop", SECRET)
    words = problem_of(lambda: check_database(database))
    assert words.startswith(f"PostgreSQL at {nobody}: ")
    assert "see that service postgres runs" in words
