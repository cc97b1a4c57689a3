"""`python -m loop.trainer`: exit code 0 once it was told to stop."""

import sys
from collections.abc import Mapping

import psycopg

from loop.settings import InvalidSetting, MissingSetting
from loop.training.kinds import KINDS, Kind

from .log import ERROR, log
from .service import Trainer
from .settings import TrainerSettings


def main(kinds: Mapping[str, Kind] = KINDS) -> int:
    """Run the trainer with the settings of the environment; the log says why it ends with 1."""
    try:
        settings = TrainerSettings.from_environment()
    except (MissingSetting, InvalidSetting) as error:
        log(ERROR, str(error))
        return 1
    try:
        Trainer(settings, kinds).run()
    except psycopg.Error as error:
        # A restart says so again until the table or the right is there.
        log(ERROR, "the queue can't be used", reason=str(error).strip())
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
