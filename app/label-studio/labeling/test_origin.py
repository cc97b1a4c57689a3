"""Which pages may change something."""

import pytest

from labeling.origin import from_elsewhere, trusted_origins

HOST = "chi.example:8081"


@pytest.mark.parametrize("origin", [None, f"http://{HOST}", f"https://{HOST}"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_programs_and_own_pages_change_things(method, origin):
    assert not from_elsewhere(method, origin, HOST)


@pytest.mark.parametrize(
    "origin",
    ["http://chi.example:8888", "http://chi.example", "https://evil.example:8081", "null", ""],
)
def test_other_pages_only_look(origin):
    assert from_elsewhere("POST", origin, HOST)
    assert not from_elsewhere("GET", origin, HOST)


def test_trusted_whatever_the_request_calls_the_host():
    trusted = trusted_origins("https://chi.example:8081")
    assert trusted == ["http://chi.example:8081", "https://chi.example:8081"]
    assert not from_elsewhere("POST", "https://chi.example:8081", "label-studio:8080", trusted)
