"""`python -m publish` in the image: exit code 0 if the model is in place.

Without arguments the model that the image was built with, and only as the first `production`.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from .publish import PublishError, Store, publish
from .settings import SettingsError, read_settings

MODEL = Path("/model/model.onnx")
FACTS = Path("/model/facts.json")  # written beside the model when the image was built


def arguments() -> argparse.Namespace:
    """What is published; the defaults are the image's own model."""
    parser = argparse.ArgumentParser(prog="publish", description=__doc__)
    parser.add_argument("--model", type=Path, default=MODEL, metavar="FILE.onnx")
    parser.add_argument("--version", help="what the file's metadata says; needed with --model")
    parser.add_argument(
        "--replace", action="store_true", help="also when another model is in production"
    )
    return parser.parse_args()


def main() -> int:
    """Publish once and say in one line what was done."""
    try:
        args = arguments()
        settings = read_settings(os.environ)
        version = args.version or json.loads(FACTS.read_text("utf-8"))["version"]
        done = publish(Store(settings), args.model, version, replace=args.replace)
        print(done.sentence(), flush=True)
    except (SettingsError, PublishError) as error:
        print(f"publish-model: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
