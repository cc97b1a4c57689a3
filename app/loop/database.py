"""Connections to PostgreSQL."""

import psycopg

from .settings import Database

CONNECT_SECONDS = 10
# A server that went away without a word is noticed after about a minute instead of hours.
KEEPALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}


def connect(database: Database, *, application: str = "loop") -> psycopg.Connection:
    """Open a connection on which each statement is a transaction of its own.

    So a notebook that is left open holds no transaction. Several statements in one go:
    `with connection.transaction(): …`.

    application: the name by which PostgreSQL lists the connection.

    Raises psycopg.OperationalError, whose words hold host and user and never the password.
    """
    return psycopg.connect(
        host=database.host,
        port=database.port,
        dbname=database.name,
        user=database.user,
        password=database.password,
        application_name=application,
        connect_timeout=CONNECT_SECONDS,
        autocommit=True,
        **KEEPALIVE,
    )
