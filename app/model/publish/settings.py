"""What the job is told: environment variables, all checked before anything is done."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit


class SettingsError(Exception):
    """One line a problem: variable, what was given (never a secret), what is allowed."""


@dataclass(frozen=True)
class Settings:
    """Where to publish, and as whom."""

    host: str  # with port
    tls: bool
    user: str
    password: str = field(repr=False)
    bucket: str = "models"


def read_settings(variables: Mapping[str, str]) -> Settings:
    """Settings from the environment. Raises SettingsError with every problem."""
    problems: list[str] = []
    endpoint = variables.get("OBJECT_STORE_ENDPOINT", "")
    url = urlsplit(endpoint)
    plain = url.scheme in ("http", "https") and url.hostname and url.path in ("", "/")
    if not plain or url.username:
        problems.append(
            f"OBJECT_STORE_ENDPOINT is '{'(with a user in it)' if url.username else endpoint}'; "
            "allowed: http://HOST:PORT or https://HOST:PORT"
        )
    user = variables.get("OBJECT_STORE_USER", "")
    if not user:
        problems.append("OBJECT_STORE_USER is missing; set it to the publishing user's name")
    password = secret(variables, "OBJECT_STORE_PASSWORD", problems)
    bucket = variables.get("MODEL_BUCKET", Settings.bucket)
    if problems:
        raise SettingsError("\n".join(problems))
    return Settings(url.netloc, url.scheme == "https", user, password, bucket)


def secret(variables: Mapping[str, str], name: str, problems: list[str]) -> str:
    """A secret from `NAME`, or from the file that `NAME_FILE` names."""
    file = variables.get(f"{name}_FILE")
    try:
        value = Path(file).read_text("utf-8").strip() if file else variables.get(name, "")
    except OSError as error:
        problems.append(f"{name}_FILE is '{file}', which can't be read: {error.strerror}")
        return ""
    if not value:
        problems.append(
            f"{name} is missing; set it, or {name}_FILE to the path of a file holding it"
        )
    return value
