"""What the job asks of Label Studio, against one that keeps projects and storages in memory."""

from typing import Any

import pytest

from labeling.project.api import ApiError
from labeling.project.ensure import ensure
from labeling.project.wanted import NO_KEYS, project

CLASSES = ["Bread", "Egg"]


class Server:
    """Label Studio's answers, as far as the job asks.

    `keys_open`: whether the stored keys open the bucket.
    """

    def __init__(self) -> None:
        self.made: dict[str, list[dict[str, Any]]] = {"projects": [], "storages": []}
        self.keys_open = True
        self.asked: list[tuple[str, str]] = []

    def projects(self, title: str) -> list[dict[str, Any]]:
        return [one for one in self.made["projects"] if one["title"] == title]

    def storages(self, project_id: int) -> list[dict[str, Any]]:
        return [one for one in self.made["storages"] if one["project"] == project_id]

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        self.asked.append((method, path))
        if path == "/api/storages/s3/validate":
            if not self.keys_open:
                raise ApiError(path, "400 wrong keys", 400)
            return None
        kind = "storages" if "storages" in path else "projects"
        if method == "POST":
            self.made[kind].append({"id": len(self.made[kind]) + 1, **(body or {})})
            return self.made[kind][-1]
        (found,) = [one for one in self.made[kind] if path.rstrip("/").endswith(f"/{one['id']}")]
        found.update(body or {})
        self.keys_open = self.keys_open or NO_KEYS.items() <= found.items()
        return found

    def changes(self) -> list[tuple[str, str]]:
        """What was asked that changes something."""
        return [one for one in self.asked if one[0] != "GET" and not one[1].endswith("/validate")]


@pytest.fixture
def server() -> Server:
    server = Server()
    ensure(server, CLASSES, "labeling")
    server.asked.clear()
    return server


def test_makes_both_where_there_is_nothing():
    server = Server()
    done = ensure(server, CLASSES, "labeling")
    assert done == ["made project 1, Evaluation", "made storage 1 on bucket labeling"]
    assert server.made["storages"][0]["project"] == 1


def test_a_second_run_changes_nothing(server):
    assert ensure(server, CLASSES, "labeling") == []
    assert server.changes() == []


def test_other_projects_and_storages_stay_as_they_are(server):
    server.made["projects"].insert(0, {**project(CLASSES), "id": 9, "title": "Evaluation, mine"})
    server.made["storages"].insert(0, {"id": 9, "project": 1, "bucket": "another"})
    assert ensure(server, CLASSES, "labeling") == []
    assert server.changes() == []


def test_what_differs_is_put_right(server):
    server.made["projects"][0]["show_skip_button"] = False
    done = ensure(server, [*CLASSES, "Soup"], "labeling")
    assert done == ["changed project 1: label_config, show_skip_button"]
    assert 'value="Soup"' in server.made["projects"][0]["label_config"]


def test_keys_that_open_nothing_are_taken_out(server):
    server.made["storages"][0].update(aws_access_key_id="old", aws_secret_access_key="old")
    server.keys_open = False
    (done,) = ensure(server, CLASSES, "labeling")
    assert done.startswith("mended storage 1: ")
    assert NO_KEYS.items() <= server.made["storages"][0].items()
    assert ensure(server, CLASSES, "labeling") == []


def test_another_failure_is_told_and_changes_nothing(server):
    def fail(method, path, body=None):
        raise ApiError(path, "503 busy", 503)

    server.ask = fail
    with pytest.raises(ApiError, match="503 busy"):
        ensure(server, CLASSES, "labeling")
