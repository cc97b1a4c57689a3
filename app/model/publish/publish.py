"""Publishing a model: its bytes under their hash, and the production alias if there is none yet.

Running it again changes nothing, and never takes back a later release: the alias is written with
the precondition that no such object exists. Only a person who asks for it replaces the alias.
"""

import hashlib
import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import urllib3
from minio import Minio
from minio.error import S3Error

from .settings import Settings

ALIAS = "aliases/production"
REGION = "us-east-1"  # S3's default; without it the client asks for the bucket's region first
CONNECT_SECONDS, READ_SECONDS, TRIES = 5, 60, 5


class PublishError(Exception):
    """Why nothing was published."""


@dataclass(frozen=True)
class Published:
    """What was done: one line for the log."""

    sha256: str
    version: str
    uploaded: bool
    alias_written: bool

    def sentence(self) -> str:
        model = "uploaded" if self.uploaded else "was there already"
        alias = "now names it" if self.alias_written else "exists already and was left as it is"
        return f"model {self.version} ({self.sha256}.onnx) {model}; {ALIAS} {alias}"


class Store:
    """The bucket of models in an S3-compatible object store."""

    def __init__(self, settings: Settings) -> None:
        self.bucket = settings.bucket
        self.host = settings.host
        self.http = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
            retries=urllib3.Retry(TRIES, backoff_factor=0.5, status_forcelist=[500, 502, 503, 504]),
        )
        self.client = Minio(
            settings.host,
            access_key=settings.user,
            secret_key=settings.password,
            secure=settings.tls,
            region=REGION,
            http_client=self.http,
        )

    def has(self, key: str) -> bool:
        try:
            self.client.stat_object(self.bucket, key)
        except S3Error as error:
            if error.code == "NoSuchKey":
                return False
            raise
        return True

    def put(self, key: str, body: bytes) -> None:
        self.client.put_object(
            self.bucket, key, io.BytesIO(body), len(body), content_type="application/json"
        )

    def put_file(self, key: str, file: Path) -> None:
        self.client.fput_object(self.bucket, key, str(file))

    def put_if_absent(self, key: str, body: bytes) -> bool:
        """Write an object unless there is one; the store decides, so two jobs can't both win.

        The client can't send the precondition, a signed URL can.
        """
        url = self.client.get_presigned_url(
            "PUT", self.bucket, key, expires=timedelta(seconds=READ_SECONDS)
        )
        headers = {"If-None-Match": "*", "Content-Type": "application/json"}
        answer = self.http.request("PUT", url, body=body, headers=headers)
        if answer.status not in (200, 412):
            raise PublishError(
                f"{self.bucket}/{key}: the store answered {answer.status} to a write"
            )
        return answer.status == 200


def publish(store: Store, model: Path, version: str, *, replace: bool = False) -> Published:
    """Upload the model if it isn't there, then name it `production` if nothing is.

    replace: name it `production` whatever is named so now.

    Raises PublishError, with the store's own word for what is wrong.
    """
    digest = hashlib.sha256(model.read_bytes()).hexdigest()
    key = f"{digest}.onnx"
    try:
        uploaded = not store.has(key)
        if uploaded:
            store.put_file(key, model)
        body = alias_body(digest, version, datetime.now(UTC))
        if replace:
            store.put(ALIAS, body)
        alias_written = replace or store.put_if_absent(ALIAS, body)
    except S3Error as error:
        raise PublishError(f"bucket '{store.bucket}': {error.code}: {error.message}") from error
    except urllib3.exceptions.HTTPError as error:
        # Not the error's own text: it may hold the signed URL.
        cause = type(error).__name__
        raise PublishError(f"the object store {store.host} can't be reached: {cause}") from error
    return Published(digest, version, uploaded, alias_written)


def alias_body(sha256: str, version: str, published_at: datetime) -> bytes:
    """The content of an alias object, as the inference API reads it."""
    at = published_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"sha256": sha256, "version": version, "publishedAt": at}).encode()
