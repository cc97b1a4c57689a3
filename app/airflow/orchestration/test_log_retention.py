"""Which logs are deleted, and that nothing else is."""

import os
from pathlib import Path

from .log_retention import DAY_SECONDS, MIB, LogFile, expired, files_in, main, remove

NOW = 1_000_000_000.0


def log(name: str, *, days: float, size: int = 1) -> LogFile:
    return LogFile(Path(name), size, NOW - days * DAY_SECONDS)


def gone(files, *, days=30.0, limit_bytes=100):
    return {file.path.name for file in expired(files, now=NOW, days=days, limit_bytes=limit_bytes)}


def test_by_age():
    files = [log("new", days=0), log("young", days=29.9), log("old", days=30.1)]
    assert gone(files) == {"old"}


def test_by_room_the_oldest_first():
    files = [log("b", days=2, size=50), log("a", days=1, size=50), log("c", days=3, size=1)]
    assert gone(files) == {"c"}
    assert gone(files, limit_bytes=101) == set()
    assert gone(files, limit_bytes=50) == {"b", "c"}


def test_one_that_is_larger_than_all_the_room():
    assert gone([log("huge", days=0, size=101), log("small", days=1, size=100)]) == {"huge"}


def test_nothing_there(tmp_path):
    assert files_in(tmp_path) == []
    assert files_in(tmp_path / "missing") == []
    assert expired([], now=NOW, days=1, limit_bytes=1) == []


def test_empty_folders_go_and_others_stay(tmp_path):
    old, kept = tmp_path / "dag/run/old.log", tmp_path / "dag/other/kept.log"
    for file in (old, kept):
        file.parent.mkdir(parents=True)
        file.write_text("x")
    assert remove(tmp_path, [LogFile(old, 1, 0.0)]) == 1
    assert not old.parent.exists()
    assert kept.exists()
    assert remove(tmp_path, [LogFile(kept, 1, 0.0), LogFile(old, 1, 0.0)]) == 2
    assert list(tmp_path.iterdir()) == []


def test_a_link_is_deleted_and_what_it_points_to_is_not(tmp_path):
    folder, elsewhere = tmp_path / "logs", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.write_text("x")
    (folder / "link").symlink_to(elsewhere)
    remove(folder, files_in(folder))
    assert (list(folder.iterdir()), elsewhere.exists()) == ([], True)


def test_looks_at_a_folder_and_says_what_it_deleted(tmp_path, capsys):
    for name, age in (("old", 40 * DAY_SECONDS), ("new", 0)):
        file = tmp_path / f"{name}.log"
        file.write_bytes(b"x" * 10)
        then = file.stat().st_mtime - age
        os.utime(file, (then, then))
    main(tmp_path, days=30, limit_mib=1)
    assert [file.name for file in tmp_path.iterdir()] == ["new.log"]
    assert capsys.readouterr().out == "log retention: deleted 1 of 2 files\n"
    main(tmp_path, days=30, limit_mib=5 / MIB)
    assert list(tmp_path.iterdir()) == []
