"""Puts `orchestration.queue_requests` before Airflow's API server."""

from typing import Any, ClassVar

from airflow.plugins_manager import AirflowPlugin
from orchestration.queue_requests import QueueRequests


class QueueRequestsPlugin(AirflowPlugin):
    """Where Airflow finds it."""

    name = "queue_requests"
    fastapi_root_middlewares: ClassVar[list[dict[str, Any]]] = [
        {"name": "queue requests", "middleware": QueueRequests, "args": [], "kwargs": {}}
    ]
