"""Publishing to a real object store; run with `pytest -m service`.

TEST_OBJECT_STORE_ENDPOINT, _USER and _PASSWORD name a store in which buckets may be made.
"""

import hashlib
import json
import os
import uuid

import pytest

from .publish import ALIAS, PublishError, Store, publish
from .settings import Settings, read_settings

pytestmark = pytest.mark.service


@pytest.fixture
def settings():
    given = {
        f"OBJECT_STORE_{name}": os.environ.get(f"TEST_OBJECT_STORE_{name}", "")
        for name in ("ENDPOINT", "USER", "PASSWORD")
    }
    assert all(given.values()), f"set TEST_{', TEST_'.join(given)} to a running object store"
    return read_settings({**given, "MODEL_BUCKET": f"test-{uuid.uuid4().hex[:12]}"})


@pytest.fixture
def store(settings):
    store = Store(settings)
    store.client.make_bucket(store.bucket)
    yield store
    for found in store.client.list_objects(store.bucket, recursive=True):
        store.client.remove_object(store.bucket, found.object_name)
    store.client.remove_bucket(store.bucket)


def content(store: Store, key: str) -> bytes:
    answer = store.client.get_object(store.bucket, key)
    try:
        return answer.read()
    finally:
        answer.close()


def test_once_again_and_after_a_release(store, tmp_path):
    first, second = tmp_path / "first.onnx", tmp_path / "second.onnx"
    first.write_bytes(b"first model")
    second.write_bytes(b"second model")

    done = publish(store, first, "v1")
    assert (done.uploaded, done.alias_written) == (True, True)
    assert content(store, f"{done.sha256}.onnx") == b"first model"
    alias = json.loads(content(store, ALIAS))
    assert alias["sha256"] == hashlib.sha256(b"first model").hexdigest()
    assert (alias["version"], set(alias)) == ("v1", {"sha256", "version", "publishedAt"})

    again = publish(store, first, "v1")
    assert (again.uploaded, again.alias_written) == (False, False)

    newer = publish(store, second, "v2")
    assert (newer.uploaded, newer.alias_written) == (True, False)
    assert json.loads(content(store, ALIAS)) == alias

    asked_for = publish(store, second, "v2", replace=True)
    assert (asked_for.uploaded, asked_for.alias_written) == (False, True)
    assert json.loads(content(store, ALIAS))["version"] == "v2"


def test_a_missing_bucket_is_named(store, settings, tmp_path):
    file = tmp_path / "model.onnx"
    file.write_bytes(b"model")
    elsewhere = Store(Settings(settings.host, False, settings.user, settings.password, "no-such"))
    with pytest.raises(PublishError, match="bucket 'no-such': NoSuchBucket"):
        publish(elsewhere, file, "v1")


def test_a_wrong_password_is_an_error_without_the_password(store, settings, tmp_path):
    file = tmp_path / "model.onnx"
    file.write_bytes(b"model")
    stranger = Store(Settings(settings.host, False, settings.user, "wrong-word", store.bucket))
    with pytest.raises(PublishError) as caught:
        publish(stranger, file, "v1")
    assert "wrong-word" not in str(caught.value)
