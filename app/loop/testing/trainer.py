"""The trainer with kinds of tests beside its own: `python -m loop.testing.trainer`."""

import sys

from loop.trainer.__main__ import main
from loop.training.kinds import KINDS

from .kinds import TEST_KINDS

if __name__ == "__main__":
    sys.exit(main({**KINDS, **TEST_KINDS}))
