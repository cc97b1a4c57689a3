"""Brings the project and its storage about; a second run changes nothing."""

from typing import Any

from .api import Api, ApiError
from .wanted import NO_KEYS, TITLE, changes, project, storage

BAD_REQUEST = 400


def ensure(api: Api, classes: list[str], bucket: str) -> list[str]:
    """Make what is missing and mend what differs. Returns a line for each thing that was done."""
    project_id, done = ensure_project(api, classes)
    return done + ensure_storage(api, project_id, bucket)


def ensure_project(api: Api, classes: list[str]) -> tuple[int, list[str]]:
    """The project's id, and what was done."""
    wanted = project(classes)
    there = api.projects(TITLE)
    if not there:
        made = api.ask("POST", "/api/projects/", wanted)
        return made["id"], [f"made project {made['id']}, {TITLE}"]
    found = there[0]
    differing = changes(found, wanted)
    if not differing:
        return found["id"], []
    api.ask("PATCH", f"/api/projects/{found['id']}/", differing)
    return found["id"], [f"changed project {found['id']}: {', '.join(sorted(differing))}"]


def ensure_storage(api: Api, project_id: int, bucket: str) -> list[str]:
    """What was done, once Label Studio has looked into the bucket."""
    wanted = storage(project_id, bucket)
    found = next((one for one in api.storages(project_id) if one["bucket"] == bucket), None)
    if found is None:
        made = api.ask("POST", "/api/storages/s3/", wanted)
        return [f"made storage {made['id']} on bucket {bucket}"]
    differing = changes(found, wanted)
    # Keys of its own can't be read, but are known by what they do: nothing, once they were rotated.
    if not differing and can_read(api, found["id"], wanted):
        return []
    # The bucket makes Label Studio try the connection before it keeps the change.
    mended = {**differing, **NO_KEYS, "bucket": bucket}
    api.ask("PATCH", f"/api/storages/s3/{found['id']}", mended)
    return [f"mended storage {found['id']}: {', '.join(sorted(mended))}"]


def can_read(api: Api, storage_id: int, wanted: dict[str, Any]) -> bool:
    """Whether Label Studio gets into the bucket with what it has stored."""
    try:
        api.ask("POST", "/api/storages/s3/validate", {**wanted, "id": storage_id})
    except ApiError as error:
        if error.status == BAD_REQUEST:
            return False
        raise
    return True
