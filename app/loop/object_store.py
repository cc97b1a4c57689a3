"""Clients of the object store."""

from urllib.parse import urlsplit

import urllib3
from minio import Minio

from .settings import ObjectStore

REGION = "us-east-1"  # S3's default; without it the client asks for the bucket's region first
CONNECT_SECONDS, READ_SECONDS, RETRIES = 5, 60, 4
# What a store says while it starts or is overloaded.
PASSING = (500, 502, 503, 504)


def client(store: ObjectStore, *, retries: int = RETRIES) -> Minio:
    """Make a client; nothing is sent yet. `retries`: how often a request is sent again that failed
    by a passing problem.
    """
    address = urlsplit(store.endpoint)
    http = urllib3.PoolManager(
        timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
        retries=urllib3.Retry(retries, backoff_factor=0.5, status_forcelist=PASSING),
    )
    return Minio(
        address.netloc,
        access_key=store.user,
        secret_key=store.password,
        secure=address.scheme == "https",
        region=REGION,
        http_client=http,
    )
