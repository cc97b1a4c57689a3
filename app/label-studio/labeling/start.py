"""`python -m labeling.start`: brings database and accounts up to date, then serves.

Django is loaded once, in a process that becomes gunicorn's. The work on the database is done in a
fork of it, whose memory is given back when it ends; the server's worker is another fork and shares
what was loaded.
"""

import gc
import multiprocessing
import os
import sys
import time
from contextlib import closing
from pathlib import Path

from labeling.accounts import Account, SettingsError, establish, read_accounts
from labeling.settings import own_settings

PORT = 8080
WAIT_FOR_DATABASE_SECONDS = 300
# Any number that nothing else on this database locks: of two servers that start at once, one
# migrates and the other waits.
SETUP_LOCK = 5_150_423


def main() -> int:
    """Serve until told to stop."""
    try:
        accounts = read_accounts(os.environ)
    except SettingsError as error:
        print(f"label-studio: {error}", file=sys.stderr, flush=True)
        return 1
    application = load_django(os.environ["PUBLIC_URL"])
    say("loaded")
    setup = multiprocessing.get_context("fork").Process(target=set_up, args=(accounts,))
    setup.start()
    setup.join()
    if setup.exitcode != 0:
        say(f"database or accounts could not be set up (exit code {setup.exitcode})")
        return 1
    say("ready to serve")
    serve(application)
    return 0


def load_django(public_url: str):
    """Label Studio as a WSGI application."""
    import label_studio
    from django.conf import settings

    # Its own modules import one another from this folder.
    sys.path.insert(0, str(Path(label_studio.__file__).parent))
    os.environ["DJANGO_SETTINGS_MODULE"] = "label_studio.core.settings.label_studio"
    # Label Studio's module of settings asks for settings while it is loaded, so another module
    # can't import it and add to it.
    for name, value in own_settings(public_url, settings.MIDDLEWARE).items():
        setattr(settings, name, value)
    from django.core.wsgi import get_wsgi_application
    from django.db import connections
    from django.urls import get_resolver

    application = get_wsgi_application()
    # Loads all views now, so that every fork shares them and the first visitor doesn't wait.
    _ = get_resolver().url_patterns
    # A connection of this process must not be used by two.
    connections.close_all()
    return application


def set_up(accounts: list[Account]) -> None:
    """Migrations, then accounts, one server at a time."""
    from django.core.management import call_command
    from django.db import connections

    wait_for_database()
    with closing(connections["default"].copy("setup")) as guard:
        with guard.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [SETUP_LOCK])
        call_command("migrate", interactive=False, verbosity=0)
        establish(accounts)
    connections.close_all()


def wait_for_database() -> None:
    """After a restart of the host, databases come up in their own time."""
    from django.db import OperationalError, connection

    deadline = time.monotonic() + WAIT_FOR_DATABASE_SECONDS
    said = ""
    while True:
        try:
            connection.ensure_connection()
            return
        except OperationalError as error:
            if time.monotonic() > deadline:
                raise
            if str(error) != said:
                said = str(error)
                say(f"waiting for the database: {said.strip()}")
            time.sleep(1)


def serve(application) -> None:
    """Run gunicorn in this process, with one worker."""
    from gunicorn.app.base import BaseApplication

    class Server(BaseApplication):
        def load_config(self):
            for name, value in options().items():
                self.cfg.set(name, value)

        def load(self):
            return application

    Server().run()


def options() -> dict[str, object]:
    """Gunicorn's settings."""
    return {
        "bind": f"0.0.0.0:{PORT}",
        "workers": 1,
        # A labelling page asks for a dozen things at once, and some of them wait for photos.
        "worker_class": "gthread",
        "threads": 8,
        "preload_app": True,
        # The garbage collector leaves alone what is there before the fork: its marks would copy
        # every page that is shared.
        "pre_fork": lambda _server, _worker: gc.freeze(),
        # A worker that grew over thousands of requests makes room for a fresh one, there at once.
        "max_requests": 5000,
        "timeout": 120,
        "graceful_timeout": 20,
        # Longer than the gateway keeps its connections, so that none is closed while a request is
        # on its way.
        "keepalive": 180,
        "worker_tmp_dir": "/tmp",
        "loglevel": "warning",
        "control_socket_disable": True,
    }


def say(words: str) -> None:
    """One line of the log."""
    print(f"label-studio: {words}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
