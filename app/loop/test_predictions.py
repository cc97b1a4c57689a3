"""The photo of a row."""

import pytest
from minio.error import S3Error

from .object_store import client
from .predictions import CLASSES, photo
from .settings import ObjectStore
from .testing.http_server import answering


def test_the_classes_are_those_of_the_contract():
    assert (len(CLASSES), CLASSES[0], CLASSES[10]) == (11, "Bread", "Vegetable/Fruit")


def test_a_photo_comes_as_it_was_uploaded():
    key = "class_03/0190.jpg"
    missing = b"<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>"
    answers = {f"/production/{key}": (200, b"\xff\xd8photo"), "/production/gone": (404, missing)}
    with answering(answers) as server:
        store = client(ObjectStore(server.url, "jupyter", "s3cret-word"), retries=0)
        assert photo(store, {"object_key": key}) == b"\xff\xd8photo"
        with pytest.raises(S3Error) as caught:
            photo(store, {"object_key": "gone"})
    assert caught.value.code == "NoSuchKey"
