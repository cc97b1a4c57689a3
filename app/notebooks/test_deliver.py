"""What people find in their work folder, through versions, edits, deletions and full disks."""

import hashlib
import json
import logging
from pathlib import Path

import pytest

from notebooks.deliver import RECORD, Versions, deliver, target


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    folder = tmp_path / "shipped"
    folder.mkdir()
    (folder / "a.ipynb").write_text("one")
    return folder


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def contents(folder: Path) -> dict[str, str]:
    """What a person sees in the folder."""
    return {
        path.name: path.read_text() for path in folder.iterdir() if not path.name.startswith(".")
    }


def copy_of(text: str) -> str:
    """The name beside `a.ipynb` for a version with this content."""
    return f"a.new-{hashlib.sha256(text.encode()).hexdigest()[:8]}.ipynb"


@pytest.mark.parametrize(
    ("delivered", "present", "expected"),
    [
        (None, None, "a.ipynb"),
        ("v1", None, "a.ipynb"),
        (None, "v2", None),
        ("v1", "v1", "a.ipynb"),
        ("v2", "edited", None),
        ("v1", "edited", "a.new-v2.ipynb"),
        (None, "edited", "a.new-v2.ipynb"),
    ],
)
def test_target(delivered: str | None, present: str | None, expected: str | None) -> None:
    assert target("a.ipynb", Versions("v2", delivered, present)) == expected


def test_a_new_folder_gets_everything_and_a_second_start_changes_nothing(
    shipped: Path, work: Path
) -> None:
    deliver(shipped, work)
    assert contents(work) == {"a.ipynb": "one"}
    before = {path: path.stat().st_ino for path in work.iterdir() if path.name != RECORD}
    deliver(shipped, work)
    assert {path: path.stat().st_ino for path in work.iterdir() if path.name != RECORD} == before


def test_a_new_version_replaces_what_nobody_touched(shipped: Path, work: Path) -> None:
    deliver(shipped, work)
    (shipped / "a.ipynb").write_text("two")
    deliver(shipped, work)
    assert contents(work) == {"a.ipynb": "two"}


def test_a_new_version_comes_once_beside_what_somebody_changed(shipped: Path, work: Path) -> None:
    deliver(shipped, work)
    (work / "a.ipynb").write_text("mine")
    deliver(shipped, work)
    assert contents(work) == {"a.ipynb": "mine"}
    (shipped / "a.ipynb").write_text("two")
    deliver(shipped, work)
    assert contents(work) == {"a.ipynb": "mine", copy_of("two"): "two"}
    (work / copy_of("two")).unlink()
    deliver(shipped, work)
    assert contents(work) == {"a.ipynb": "mine"}
    (shipped / "a.ipynb").write_text("three")
    deliver(shipped, work)
    assert contents(work) == {"a.ipynb": "mine", copy_of("three"): "three"}


def test_what_was_deleted_comes_back(shipped: Path, work: Path) -> None:
    deliver(shipped, work)
    (work / "a.ipynb").unlink()
    deliver(shipped, work)
    assert contents(work) == {"a.ipynb": "one"}


@pytest.mark.parametrize("record", ["", "no json", "[]", '{"a.ipynb": 7}'])
def test_without_a_readable_record_peoples_files_are_kept(
    shipped: Path, work: Path, record: str
) -> None:
    (work / "a.ipynb").write_text("mine")
    (work / RECORD).write_text(record)
    deliver(shipped, work)
    assert contents(work) == {"a.ipynb": "mine", copy_of("one"): "one"}
    assert list(json.loads((work / RECORD).read_text())) == ["a.ipynb"]


def test_a_folder_with_the_name_is_kept(shipped: Path, work: Path) -> None:
    (work / "a.ipynb").mkdir()
    deliver(shipped, work)
    assert (work / "a.ipynb").is_dir()
    assert (work / copy_of("one")).read_text() == "one"


def test_what_cannot_be_written_is_reported_and_the_rest_delivered(
    shipped: Path, work: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (shipped / "b.ipynb").write_text("two")
    (work / "a.ipynb").write_text("mine")
    (work / copy_of("one")).mkdir()
    with caplog.at_level(logging.WARNING):
        deliver(shipped, work)
    assert "a.ipynb: not delivered" in caplog.text
    assert (work / "b.ipynb").read_text() == "two"
    assert not [path for path in work.iterdir() if path.name.startswith(".writing-")]


def test_a_work_folder_that_takes_nothing_does_not_stop_the_start(
    shipped: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    deliver(shipped, tmp_path / "missing")
    assert "a.ipynb: not delivered" in caplog.text
    assert f"{RECORD}: not written" in caplog.text
