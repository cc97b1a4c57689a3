"""`python -m publish` in the image: exit code 0 if the model is in place."""

import json
import os
import sys
from pathlib import Path

from .publish import PublishError, Store, publish
from .settings import SettingsError, read_settings

MODEL = Path("/model/model.onnx")
FACTS = Path("/model/facts.json")  # written beside the model when the image was built


def main() -> int:
    """Publish once and say in one line what was done."""
    try:
        settings = read_settings(os.environ)
        version = json.loads(FACTS.read_text("utf-8"))["version"]
        print(publish(Store(settings), MODEL, version).sentence(), flush=True)
    except (SettingsError, PublishError) as error:
        print(f"publish-model: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
