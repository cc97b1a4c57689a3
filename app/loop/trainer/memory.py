"""What the kernel says about the container's memory."""

from pathlib import Path

# Control groups version 2, then version 1.
COUNTERS = (
    Path("/sys/fs/cgroup/memory.events"),
    Path("/sys/fs/cgroup/memory/memory.oom_control"),
)


def oom_kills(counters: tuple[Path, ...] = COUNTERS) -> int:
    """How many processes of this container the kernel has killed for want of memory.

    0 if it doesn't say.
    """
    for file in counters:
        try:
            lines = file.read_text("ascii").splitlines()
        except OSError:
            continue
        return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)
    return 0
