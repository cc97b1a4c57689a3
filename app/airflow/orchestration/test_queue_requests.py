"""Requests that wait for their turn, and those that don't."""

import asyncio
from configparser import ConfigParser
from pathlib import Path

import pytest

from .queue_requests import AT_A_TIME, QueueRequests


class Server:
    """Works on each request until it is told to end, and knows how many are under way."""

    def __init__(self):
        self.under_way, self.most, self.answered = 0, 0, 0
        self.go_on = asyncio.Event()

    async def __call__(self, scope, receive, send):
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await self.go_on.wait()
            if scope.get("fails"):
                raise ValueError("as it was told")
            self.answered += 1
        finally:
            self.under_way -= 1


def request(**fields):
    return {"type": "http", "path": "/api/v2/dags", **fields}


async def begun(queue, scopes):
    """Sends requests, and gives them time to get as far as they can."""
    tasks = [asyncio.create_task(queue(scope, None, None)) for scope in scopes]
    for _ in range(10):
        await asyncio.sleep(0)
    return tasks


async def scenario(scopes, *, cancel=0):
    server = Server()
    queue = QueueRequests(server)
    tasks = await begun(queue, scopes)
    before = server.under_way
    for task in tasks[:cancel]:
        task.cancel()
    server.go_on.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    # Whatever happened to the others, there are as many turns as before.
    server.go_on.clear()
    again = await begun(queue, [request()] * 20)
    after = server.under_way
    server.go_on.set()
    await asyncio.gather(*again)
    return server, before, after, results


@pytest.mark.parametrize(
    ("scopes", "cancel"),
    [
        ([request()] * 40, 0),
        ([request(fails=True)] * 40, 0),
        ([request()] * 40, 3),
    ],
    ids=["all answered", "all fail", "three hang up"],
)
def test_a_few_at_a_time_and_all_in_the_end(scopes, cancel):
    server, before, after, results = asyncio.run(scenario(scopes, cancel=cancel))
    assert (before, after, server.most, server.under_way) == (AT_A_TIME, AT_A_TIME, AT_A_TIME, 0)
    assert len(results) == 40
    failed = [result for result in results if isinstance(result, BaseException)]
    assert len(failed) == (40 if scopes[0].get("fails") else cancel)


@pytest.mark.parametrize(
    "scope",
    [request(path="/api/v2/dags/check/dagRuns/one/wait"), {"type": "lifespan"}],
    ids=["what waits by itself", "what is no request"],
)
def test_no_turn_is_needed(scope):
    _, before, _, _ = asyncio.run(scenario([scope] * 20))
    assert before == 20


def test_the_pool_has_connections_for_all_that_are_under_way():
    settings = ConfigParser()
    settings.read(Path(__file__).parents[1] / "airflow.cfg")
    database = settings["database"]
    size = sum(database.getint(f"sql_alchemy_{name}") for name in ("pool_size", "max_overflow"))
    assert size >= 2 * AT_A_TIME + 1
