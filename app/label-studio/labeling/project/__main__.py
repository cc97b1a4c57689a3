"""`python -m labeling.project`: exit code 0 if the project is as it should be."""

import json
import os
import sys
from pathlib import Path

from .api import Api, ApiError
from .ensure import ensure

CLASSES = Path("/contract/classes.json")
VARIABLES = ("LABEL_STUDIO_URL", "LABEL_STUDIO_TOKEN", "LABELING_BUCKET")


def main() -> int:
    """Set the project up and say what was done."""
    missing = [name for name in VARIABLES if not os.environ.get(name)]
    if missing:
        print(f"label-studio-project: set {', '.join(missing)}", file=sys.stderr)
        return 1
    url, token, bucket = (os.environ[name] for name in VARIABLES)
    try:
        done = ensure(Api(url.rstrip("/"), token), json.loads(CLASSES.read_text("utf-8")), bucket)
    except ApiError as error:
        print(f"label-studio-project: {error}", file=sys.stderr)
        return 1
    print("\n".join(done) or "nothing to do", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
