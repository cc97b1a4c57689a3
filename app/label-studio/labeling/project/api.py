"""Label Studio's HTTP API, as far as the job needs it."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

TIMEOUT_SECONDS = 60
# More than one project needs storages, or one deployment projects.
PAGE_SIZE = 1000


class ApiError(Exception):
    """A request that failed: what was asked for, and Label Studio's answer."""

    def __init__(self, what: str, answer: str, status: int | None = None) -> None:
        super().__init__(f"{what}: {answer}")
        self.status = status


@dataclass(frozen=True)
class Api:
    """One Label Studio, as the owner of the token."""

    url: str
    token: str = field(repr=False)

    def projects(self, title: str) -> list[dict[str, Any]]:
        """Projects with just this title, the oldest first."""
        query = urlencode({"title": title, "page_size": PAGE_SIZE})
        found = self.ask("GET", f"/api/projects/?{query}")["results"]
        return sorted((one for one in found if one["title"] == title), key=lambda one: one["id"])

    def storages(self, project_id: int) -> list[dict[str, Any]]:
        """The project's storages on S3 that photos are read from, the oldest first."""
        found = self.ask("GET", f"/api/storages/s3/?{urlencode({'project': project_id})}")
        return sorted(found, key=lambda one: one["id"])

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """The answer's JSON. Raises ApiError."""
        what = f"{method} {self.url}{path.partition('?')[0]}"
        request = Request(
            f"{self.url}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Token {self.token}", "Content-Type": "application/json"},
        )
        try:
            with urlopen(request, timeout=TIMEOUT_SECONDS) as response:
                text = response.read()
        except HTTPError as error:
            answer = error.read().decode(errors="replace")[:1000]
            raise ApiError(what, f"{error.code} {answer}", error.code) from None
        except (URLError, TimeoutError) as error:
            raise ApiError(what, f"no answer: {getattr(error, 'reason', error)}") from None
        return json.loads(text) if text else None
