"""The stack's services as tasks find them: Airflow's connections in the terms of package `loop`.

The connections come from the environment (infra/services/airflow.ts). Each function is for use in a
task: at import of a DAG nothing may be looked up.
"""

from typing import Any, Protocol, TypeVar

from loop.settings import Database, Inference, LabelStudio, ObjectStore

Value = TypeVar("Value")


class ConnectionFields(Protocol):
    """What is used of `airflow.sdk.Connection`."""

    conn_id: str
    host: str | None
    port: int | None
    schema: str | None
    login: str | None
    password: str | None

    @property
    def extra_dejson(self) -> dict[str, Any]:
        """Fields that a type of connection has beyond the others."""


class IncompleteConnection(Exception):
    """A connection without a field that it needs; the words name both, and the variable."""


def database() -> Database:
    """The loop's database, as the role of Airflow's tasks."""
    return database_of(find("loop_database"))


def object_store() -> ObjectStore:
    """The object store, as the user of Airflow's tasks."""
    return object_store_of(find("object_store"))


def label_studio() -> LabelStudio:
    """Label Studio, by its API token."""
    return label_studio_of(find("label_studio"))


def inference() -> Inference:
    """The inference API."""
    return inference_of(find("inference"))


def find(name: str) -> ConnectionFields:
    """One of Airflow's connections. Raises AirflowNotFoundException."""
    from airflow.sdk import Connection

    return Connection.get(name)


def database_of(connection: ConnectionFields) -> Database:
    """From a connection of type `postgres`. Raises IncompleteConnection."""
    return Database(
        host=need(connection, "host", connection.host),
        port=need(connection, "port", connection.port),
        name=need(connection, "schema", connection.schema),
        user=need(connection, "login", connection.login),
        password=need(connection, "password", connection.password),
    )


def object_store_of(connection: ConnectionFields) -> ObjectStore:
    """From a connection of type `aws` with its own endpoint. Raises IncompleteConnection."""
    return ObjectStore(
        endpoint=need(
            connection, "extra.endpoint_url", connection.extra_dejson.get("endpoint_url")
        ),
        user=need(connection, "login", connection.login),
        password=need(connection, "password", connection.password),
    )


def label_studio_of(connection: ConnectionFields) -> LabelStudio:
    """From a connection of type `http`, its password the token. Raises IncompleteConnection."""
    return LabelStudio(
        url=need(connection, "host", connection.host),
        token=need(connection, "password", connection.password),
    )


def inference_of(connection: ConnectionFields) -> Inference:
    """From a connection of type `http`. Raises IncompleteConnection."""
    return Inference(url=need(connection, "host", connection.host))


def need(connection: ConnectionFields, field: str, value: Value | None) -> Value:
    """The value of a field that must be there. Raises IncompleteConnection."""
    if value is None or value == "":
        variable = f"AIRFLOW_CONN_{connection.conn_id.upper()}"
        raise IncompleteConnection(
            f"connection {connection.conn_id} has no {field}; set it in {variable}"
        )
    return value
