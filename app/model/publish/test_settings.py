"""The job's environment."""

import pytest

from .settings import SettingsError, read_settings

GOOD = {
    "OBJECT_STORE_ENDPOINT": "http://minio:9000",
    "OBJECT_STORE_USER": "publisher",
    "OBJECT_STORE_PASSWORD": "s3cret-word",
}


def test_read_and_default():
    settings = read_settings(GOOD)
    assert (settings.host, settings.tls, settings.bucket) == ("minio:9000", False, "models")
    assert settings.password == "s3cret-word"
    assert "s3cret-word" not in repr(settings)


def test_password_from_a_file(tmp_path):
    file = tmp_path / "password"
    file.write_text("from-file\n")
    variables = {**GOOD, "OBJECT_STORE_PASSWORD": "", "OBJECT_STORE_PASSWORD_FILE": str(file)}
    assert read_settings(variables).password == "from-file"


def test_every_problem_is_named_at_once():
    with pytest.raises(SettingsError) as caught:
        read_settings({"OBJECT_STORE_ENDPOINT": "minio:9000"})
    lines = str(caught.value).splitlines()
    assert [line.split()[0] for line in lines] == [
        "OBJECT_STORE_ENDPOINT",
        "OBJECT_STORE_USER",
        "OBJECT_STORE_PASSWORD",
    ]


def test_a_password_in_the_endpoint_is_refused_and_not_repeated():
    with pytest.raises(SettingsError) as caught:
        read_settings({**GOOD, "OBJECT_STORE_ENDPOINT": "http://a:hidden@minio:9000"})
    assert "hidden" not in str(caught.value)
