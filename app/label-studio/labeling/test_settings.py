"""Settings that follow from the public address."""

import pytest

from labeling.settings import own_settings


@pytest.mark.parametrize(("scheme", "secure"), [("http", False), ("https", True)])
def test_cookies_are_for_tls_where_there_is_tls(scheme, secure):
    settings = own_settings(f"{scheme}://chi.example:8081", [])
    assert settings["SESSION_COOKIE_SECURE"] is secure
    assert settings["CSRF_COOKIE_SECURE"] is secure
    assert "http://chi.example:8081" in settings["CSRF_TRUSTED_ORIGINS"]
    assert "https://chi.example:8081" in settings["CSRF_TRUSTED_ORIGINS"]


def test_own_middleware_comes_first():
    middleware = own_settings("http://localhost:8081", ["theirs"])["MIDDLEWARE"]
    assert middleware == ["labeling.origin.OwnPagesOnly", "theirs"]
