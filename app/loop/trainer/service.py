"""The trainer itself: one thread that waits for the queue, the running job and signals at once."""

import selectors
import signal
import socket
import time
from collections.abc import Callable, Mapping

import psycopg

from loop.database import connect
from loop.training.kinds import KINDS, Kind, UnknownKind, require_kind

from . import leases
from .leases import Claim
from .log import ERROR, INFO, WARN, log
from .settings import TrainerSettings
from .work import Failed, Outcome, Succeeded, Work

# Between two tries to reach PostgreSQL; the pause doubles up to the time between two polls.
FIRST_PAUSE_SECONDS = 0.5
# A lease is renewed when a third of it has passed, so that two renewals may fail.
RENEWALS_A_LEASE = 3


class Attempt:
    """A job that is held, the process that does it, and what came of it once it is over."""

    def __init__(self, claim: Claim, work: Work | None, outcome: Outcome | None = None) -> None:
        self.claim, self.work, self.outcome = claim, work, outcome
        self.renewed_at = time.monotonic()


class Trainer:
    """Does the jobs of a queue, one at a time, until it is told to stop."""

    def __init__(self, settings: TrainerSettings, kinds: Mapping[str, Kind] = KINDS) -> None:
        self.settings, self.kinds = settings, kinds
        self.connection: psycopg.Connection | None = None
        self.attempt: Attempt | None = None
        self.stopping = False
        self.called = False
        self.pause_seconds = FIRST_PAUSE_SECONDS

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; a job that isn't finished then goes back into the queue.

        Raises psycopg.Error if the server can be reached and the queue can't be used: the table or
        a right is missing.
        """
        self.bell, ringer = socket.socketpair()
        with self.bell, ringer:
            self.bell.setblocking(False)
            ringer.setblocking(False)
            signal.set_wakeup_fd(ringer.fileno())
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self._stop)
            log(INFO, "trainer started", kinds=sorted(self.kinds))
            try:
                while not self.stopping:
                    self._turn_or_pause()
                self._reached(self._let_go)
            finally:
                signal.set_wakeup_fd(-1)
                if self.attempt and self.attempt.work:
                    self.attempt.work.end()
                self._hang_up()
            log(INFO, "trainer stopped")

    def _stop(self, number: int, _frame: object) -> None:
        self.stopping = True

    def _turn_or_pause(self) -> None:
        self._look_at_work()
        if self._reached(self._turn):
            self._wait(self._seconds_until_due())
        else:
            self._wait(self.pause_seconds)
            self.pause_seconds = min(2 * self.pause_seconds, self.settings.poll_seconds)

    def _reached(self, what: Callable[[psycopg.Connection], None]) -> bool:
        """Do something with the database. False, and it is hung up, if it can't be reached."""
        try:
            if self.connection is None:
                self.connection = self._connect()
            what(self.connection)
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            log(WARN, "PostgreSQL can't be reached", reason=str(error).strip())
            self._hang_up()
            return False
        self.pause_seconds = FIRST_PAUSE_SECONDS
        return True

    def _connect(self) -> psycopg.Connection:
        connection = connect(self.settings.database, application="trainer")
        # Called whenever a statement's answer brings a notification along, too.
        connection.add_notify_handler(self._call)
        connection.execute(f"LISTEN {leases.CHANNEL}")
        log(INFO, "waiting for jobs", host=self.settings.database.host)
        return connection

    def _call(self, _notification: object) -> None:
        self.called = True

    def _hang_up(self) -> None:
        if self.connection:
            self.connection.close()
        self.connection = None

    def _look_at_work(self) -> None:
        attempt = self.attempt
        if attempt and attempt.work and attempt.outcome is None:
            attempt.outcome = attempt.work.outcome()

    def _turn(self, connection: psycopg.Connection) -> None:
        """Bring queue and work together: report what is over, keep what runs, take what is free."""
        self.called = False
        if self.attempt and self.attempt.outcome:
            self._report(connection, self.attempt.claim, self.attempt.outcome)
            self.attempt = None
        if self.attempt is None:
            self._take(connection)
        elif time.monotonic() >= self._renewal_due(self.attempt):
            self._renew(connection, self.attempt)
        else:
            return
        self.settings.alive_file.touch()

    def _take(self, connection: psycopg.Connection) -> None:
        for key in leases.give_up_lost(connection):
            log(ERROR, "job failed: its trainer was lost in each attempt", key=key)
        claim = leases.take(connection, lease_seconds=self.settings.lease_seconds)
        if claim is None:
            return
        log(INFO, "job taken", **facts(claim))
        try:
            work = Work(require_kind(claim.kind, self.kinds), claim.parameters)
        except UnknownKind as error:
            self._end_at_once(claim, Failed(str(error), final=True))
        except OSError as error:
            self._end_at_once(claim, Failed(f"the job's process can't be started: {error}"))
        else:
            self.attempt = Attempt(claim, work)

    def _end_at_once(self, claim: Claim, outcome: Failed) -> None:
        self.attempt = Attempt(claim, None, outcome)
        self.called = True

    def _renew(self, connection: psycopg.Connection, attempt: Attempt) -> None:
        if leases.renew(connection, attempt.claim, lease_seconds=self.settings.lease_seconds):
            attempt.renewed_at = time.monotonic()
            return
        log(WARN, "job lost to another attempt", **facts(attempt.claim))
        if attempt.work:
            attempt.work.end()
        self.attempt = None
        self.called = True

    def _report(self, connection: psycopg.Connection, claim: Claim, outcome: Outcome) -> None:
        if isinstance(outcome, Succeeded):
            try:
                kept = leases.succeed(connection, claim, outcome.result)
            except psycopg.DataError as error:
                outcome = Failed(f"PostgreSQL can't keep the result: {error}", final=True)
            else:
                log(INFO, "job succeeded" if kept else NOT_KEPT, **facts(claim))
                return
        retry_seconds, final = self.settings.retry_seconds, outcome.final
        kept = leases.fail(
            connection, claim, outcome.error, final=final, retry_seconds=retry_seconds
        )
        said = {"error": outcome.error, "final": final}
        log(ERROR, "attempt failed" if kept else NOT_KEPT, **facts(claim), **said)

    def _let_go(self, connection: psycopg.Connection) -> None:
        """Before the end: report a job that is just over, and give back one that isn't."""
        attempt = self.attempt
        if attempt is None:
            return
        self._look_at_work()
        if attempt.outcome:
            self._report(connection, attempt.claim, attempt.outcome)
        else:
            if attempt.work:
                attempt.work.end()
            leases.give_back(connection, attempt.claim)
            log(INFO, "job given back", **facts(attempt.claim))
        self.attempt = None

    def _renewal_due(self, attempt: Attempt) -> float:
        return attempt.renewed_at + self.settings.lease_seconds / RENEWALS_A_LEASE

    def _seconds_until_due(self) -> float:
        if self.called:
            return 0
        attempt = self.attempt
        if not attempt or not attempt.work:
            return self.settings.poll_seconds
        return min(self._renewal_due(attempt), attempt.work.deadline) - time.monotonic()

    def _wait(self, seconds: float) -> None:
        """Until something happens, for so long at most."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.bell, selectors.EVENT_READ)
            if self.connection:
                selector.register(self.connection, selectors.EVENT_READ)
            if self.attempt and self.attempt.work and self.attempt.outcome is None:
                selector.register(self.attempt.work, selectors.EVENT_READ)
            ready = {key.fileobj for key, _ in selector.select(max(0, seconds))}
        if self.bell in ready:
            self.bell.recv(64)
        if self.connection in ready:
            self._reached(take_in)


NOT_KEPT = "outcome dropped: the job is another attempt's"


def take_in(connection: psycopg.Connection) -> None:
    """Read what the server sent by itself: notifications, or that it has closed the connection."""
    connection.execute("SELECT")


def facts(claim: Claim) -> dict[str, object]:
    """What every line about a job says."""
    return {"job": claim.id, "key": claim.key, "kind": claim.kind, "attempt": claim.attempt}
