"""Starts the notebook server: delivers notebooks, makes a home folder, becomes `jupyter lab`."""

import logging
import os
import shutil
import sys
from pathlib import Path

from notebooks.deliver import deliver

HERE = Path(__file__).parent


def main() -> None:
    """Never returns; ends with 1 where the environment lacks something."""
    logging.basicConfig(level=logging.INFO, format="notebooks: %(message)s", stream=sys.stderr)
    # Without a token Jupyter would make one of its own, and write it to its log.
    missing = [name for name in ("JUPYTER_TOKEN", "HOME", "WORK_DIR") if not os.environ.get(name)]
    if missing:
        sys.exit(f"notebooks: set {', '.join(missing)} in the container's environment")
    deliver(HERE / "shipped", Path(os.environ["WORK_DIR"]))
    # In memory, and new at every start: nothing that lies there can configure the server.
    shutil.copytree(HERE / "home", os.environ["HOME"], dirs_exist_ok=True)
    os.execvp("jupyter", ["jupyter", "lab"])


if __name__ == "__main__":
    main()
