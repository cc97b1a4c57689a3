"""Proof that the services of the loop can be reached, each with the rights that were given.

A check returns one line of what it saw. A problem says which service, where, and what to do; no
words of ours or of a client's hold a secret.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
import urllib3
from minio.error import MinioException, S3Error
from psycopg import sql

from .database import connect
from .object_store import client
from .settings import Database, Inference, LabelStudio, ObjectStore

CONNECT_SECONDS, READ_SECONDS = 5, 20


class ConnectionProblem(Exception):
    """A service that can't be used: which one, at which address, what is wrong, what to do."""

    def __init__(self, service: str, address: str, problem: str, advice: str) -> None:
        super().__init__(f"{service} at {address}: {problem}; {advice}")
        self.service, self.address, self.advice = service, address, advice


def check_database(database: Database, tables: Sequence[str] = ()) -> str:
    """Log in and read from each of the tables. Raises ConnectionProblem."""
    service, address = "PostgreSQL", f"{database.host}:{database.port}"
    try:
        with connect(database, application="check") as connection:
            for table in tables:
                query = sql.SQL("SELECT FROM {} LIMIT 1").format(sql.Identifier(table))
                connection.execute(query)
            row = connection.execute("SELECT current_setting('server_version')").fetchone()
    except psycopg.errors.InsufficientPrivilege as error:
        advice = f"give role {database.user} the right in the service's spec"
        raise ConnectionProblem(service, address, first_line(error), advice) from None
    except psycopg.OperationalError as error:
        advice = f"see that service postgres runs, and that {database.user}'s password is its own"
        raise ConnectionProblem(service, address, first_line(error), advice) from None
    except psycopg.Error as error:
        advice = "see that the job provision ran with the current migrations"
        raise ConnectionProblem(service, address, first_line(error), advice) from None
    version = row[0].split()[0] if row else "?"
    read = f"; can read {', '.join(tables)}" if tables else ""
    return f"{service} {version} at {address}: database {database.name} as {database.user}{read}"


def check_object_store(store: ObjectStore, buckets: Sequence[str]) -> str:
    """List each of the buckets. Raises ConnectionProblem."""
    service, address = "object store", store.endpoint
    found = client(store, retries=1)
    for bucket in buckets:
        try:
            next(iter(found.list_objects(bucket)), None)
        except S3Error as error:
            advice = f"see that {store.user} may read the bucket, and that the password is its own"
            problem = f"bucket '{bucket}': {error.code}"
            raise ConnectionProblem(service, address, problem, advice) from None
        except MinioException as error:
            problem = f"bucket '{bucket}': {type(error).__name__}"
            advice = "see that this is an object store's address"
            raise ConnectionProblem(service, address, problem, advice) from None
        except urllib3.exceptions.HTTPError as error:
            # Not the error's own words: they may hold a signed URL.
            problem, advice = type(error).__name__, "see that service minio runs"
            raise ConnectionProblem(service, address, problem, advice) from None
    return f"{service} at {address}: can read {', '.join(buckets)} as {store.user}"


def check_label_studio(label_studio: LabelStudio) -> str:
    """Ask for the projects that the token shows. Raises ConnectionProblem."""
    service, address = "Label Studio", label_studio.url
    headers = {"Authorization": f"Token {label_studio.token}"}
    answer = get_json(service, address, "/api/projects?page_size=1", "label-studio", headers)
    count = answer.get("count")
    if not isinstance(count, int):
        advice = "see that this is Label Studio's address"
        raise ConnectionProblem(service, address, "answered with no list of projects", advice)
    return f"{service} at {address}: {count} {'project' if count == 1 else 'projects'}"


def check_inference(inference: Inference) -> str:
    """Ask whether a model is ready, and which. Raises ConnectionProblem."""
    service, address = "inference API", inference.url
    version = get_json(service, address, "/readyz", "inference", {}).get("modelVersion")
    if not version:
        advice = "see that this is the inference API's address"
        raise ConnectionProblem(service, address, "answered with no model", advice)
    return f"{service} at {address}: ready with model {version}"


def get_json(
    service: str, address: str, path: str, container: str, headers: Mapping[str, str]
) -> dict[str, Any]:
    """An object from a service's API. `container`: what runs there, for the advice.

    Raises ConnectionProblem, without the answer's body: what answers may be anything.
    """
    timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
    try:
        with urllib3.PoolManager(timeout=timeout, retries=1) as http:
            url = address.rstrip("/") + path
            # No redirect is followed: the token is for this address.
            answer = http.request("GET", url, headers=dict(headers), redirect=False)
    except urllib3.exceptions.HTTPError as error:
        problem, advice = type(error).__name__, f"see that service {container} runs"
        raise ConnectionProblem(service, address, problem, advice) from None
    if answer.status != 200:
        problem = f"answered {answer.status} to GET {path}"
        raise ConnectionProblem(service, address, problem, advice_for(answer.status, container))
    try:
        body = json.loads(answer.data)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        advice = f"see that this is the address of service {container}"
        raise ConnectionProblem(service, address, f"answered no JSON object to GET {path}", advice)
    return body


def advice_for(status: int, container: str) -> str:
    """What to do about an answer that isn't 200."""
    if status in (401, 403):
        return "see that the token is the current one and may be used"
    if 300 <= status < 400:
        return f"see that this is the address of service {container}"
    if status == 503:
        return f"wait until service {container} is ready, or see its log"
    return f"see the log of service {container}"


def first_line(error: psycopg.Error) -> str:
    """What PostgreSQL or its client said, without hints and further attempts."""
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
