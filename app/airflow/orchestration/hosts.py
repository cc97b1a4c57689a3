"""What the parts of Airflow call themselves to each other."""

import os


def service() -> str:
    """The name of this service on the stack's networks, from SERVICE_NAME.

    It is written beside each task: the API server asks that host for the task's log. A container's
    own name for itself is gone with the container, and its logs would be out of reach.
    """
    name = os.environ.get("SERVICE_NAME")
    if not name:
        raise RuntimeError("SERVICE_NAME is not set; set it to the name of this service")
    return name
