"""Has the API server work on a few requests at a time, and the others wait for their turn.

Airflow's requests each hold one or two database connections, and may ask for one in a way that
blocks all others: once there are as many requests under way as the pool has connections, none goes
on before the pool's time limit of 30 s. A single page sends a dozen requests at once.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

# Twice that and one more is the size of the pool, sql_alchemy_pool_size and _max_overflow together.
AT_A_TIME = 6
# Answers only when a run has ended, and holds no connection meanwhile.
WAITS_BY_ITSELF = "/wait"

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class QueueRequests:
    """ASGI middleware."""

    def __init__(self, app: Callable[[Message, Receive, Send], Awaitable[None]]) -> None:
        self.app = app
        self.turns = asyncio.Semaphore(AT_A_TIME)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass the request on, at once or when it is its turn."""
        if scope["type"] != "http" or scope["path"].endswith(WAITS_BY_ITSELF):
            await self.app(scope, receive, send)
            return
        async with self.turns:
            await self.app(scope, receive, send)
