"""Counters as the kernel writes them."""

from .memory import oom_kills


def test_both_versions_of_control_groups(tmp_path):
    two, one = tmp_path / "memory.events", tmp_path / "memory.oom_control"
    assert oom_kills((two, one)) == 0
    one.write_text("oom_kill_disable 0\nunder_oom 0\noom_kill 3\n")
    assert oom_kills((two, one)) == 3
    two.write_text("low 0\nhigh 0\nmax 12\noom 2\noom_kill 1\noom_group_kill 0\n")
    assert oom_kills((two, one)) == 1
    two.write_text("low 0\n")
    assert oom_kills((two, one)) == 0
