"""Where the stack's services are, and as whom to call them.

Programs read these once, at their start, and hand them on; a repr shows no secret.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit


class MissingSetting(Exception):
    """Environment variables that aren't set; the words name each and say what to set."""


class InvalidSetting(Exception):
    """A setting that can't be used; the words say what was given (no secret) and what may be."""


@dataclass(frozen=True)
class Database:
    """A PostgreSQL database, and the role that uses it."""

    host: str
    port: int
    name: str
    user: str
    password: str = field(repr=False)

    @classmethod
    def from_environment(cls, variables: Mapping[str, str] = os.environ) -> Self:
        """From DATABASE_HOST, _PORT, _NAME, _USER and _PASSWORD (or _PASSWORD_FILE).

        Raises MissingSetting, InvalidSetting.
        """
        host, port, name, user, password = required(
            variables,
            ("DATABASE_HOST", "DATABASE_PORT", "DATABASE_NAME", "DATABASE_USER"),
            secret="DATABASE_PASSWORD",
        )
        if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise InvalidSetting(f"DATABASE_PORT is '{port}'; allowed: a port, 1 to 65535")
        return cls(host, int(port), name, user, password)


@dataclass(frozen=True)
class ObjectStore:
    """An S3-compatible object store by its address, such as `http://minio:9000`, and its user."""

    endpoint: str
    user: str
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        require_address("the object store's endpoint", self.endpoint)

    @classmethod
    def from_environment(cls, variables: Mapping[str, str] = os.environ) -> Self:
        """From OBJECT_STORE_ENDPOINT, _USER and _PASSWORD (or _PASSWORD_FILE).

        Raises MissingSetting, InvalidSetting.
        """
        names = ("OBJECT_STORE_ENDPOINT", "OBJECT_STORE_USER")
        return cls(*required(variables, names, secret="OBJECT_STORE_PASSWORD"))


@dataclass(frozen=True)
class LabelStudio:
    """Label Studio by its address, such as `http://label-studio:8080`, and an API token of it."""

    url: str
    token: str = field(repr=False)

    def __post_init__(self) -> None:
        require_address("Label Studio's URL", self.url)

    @classmethod
    def from_environment(cls, variables: Mapping[str, str] = os.environ) -> Self:
        """From LABEL_STUDIO_URL and LABEL_STUDIO_TOKEN (or _TOKEN_FILE).

        Raises MissingSetting, InvalidSetting.
        """
        return cls(*required(variables, ("LABEL_STUDIO_URL",), secret="LABEL_STUDIO_TOKEN"))


@dataclass(frozen=True)
class Inference:
    """The inference API by its address, such as `http://inference:8000`."""

    url: str

    def __post_init__(self) -> None:
        require_address("the inference API's URL", self.url)

    @classmethod
    def from_environment(cls, variables: Mapping[str, str] = os.environ) -> Self:
        """From INFERENCE_URL. Raises MissingSetting, InvalidSetting."""
        return cls(*required(variables, ("INFERENCE_URL",)))


def required(
    variables: Mapping[str, str], names: tuple[str, ...], *, secret: str | None = None
) -> list[str]:
    """Values of variables that must be there, in order, the secret last.

    A secret may also be in the file that `NAME_FILE` names.
    Raises MissingSetting with all that isn't there, InvalidSetting for a file that can't be read.
    """
    values = [variables.get(name, "") for name in names]
    missing = [f"set {name}" for name, value in zip(names, values, strict=True) if not value]
    if secret:
        value = secret_value(variables, secret)
        values.append(value)
        if not value:
            missing.append(f"set {secret}, or {secret}_FILE to the path of a file holding it")
    if missing:
        raise MissingSetting("missing in the environment: " + "; ".join(missing))
    return values


def secret_value(variables: Mapping[str, str], name: str) -> str:
    """A secret from `NAME`, or from the file that `NAME_FILE` names; empty if neither is set."""
    file = variables.get(f"{name}_FILE")
    if not file:
        return variables.get(name, "")
    try:
        return Path(file).read_text("utf-8").strip()
    except OSError as error:
        raise InvalidSetting(
            f"{name}_FILE is '{file}', which can't be read: {error.strerror}"
        ) from None


def require_address(what: str, url: str) -> None:
    """Raise InvalidSetting unless the address is `http(s)://HOST[:PORT]`, with no user in it."""
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise InvalidSetting(f"{what} has a user in it; give user and password on their own")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        raise InvalidSetting(f"{what} is '{url}'; allowed: http://HOST:PORT or https://HOST:PORT")
