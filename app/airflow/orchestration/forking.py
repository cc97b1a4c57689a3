"""Starts a part of Airflow that forks, with everything loaded that its children will need.

Workers and tasks are forks of the scheduler, and each look at a DAG file is a fork of the DAG
processor. What is loaded before, they share; what each loads by itself takes memory once a process,
and seconds. The containers have limits within which two tasks must run at a time.
"""

import gc
import importlib
import sys

# What executes a task or reads a DAG file, and what the DAG files load at import.
DAG_FILES = (
    "airflow.sdk.execution_time.supervisor",
    "airflow.sdk.execution_time.task_runner",
    "airflow.dag_processing.dagbag",
    "airflow.providers.standard.decorators.python",
    "airflow.providers.standard.decorators.sensor",
    # What those load late, when the first task runs or the first file is read.
    "airflow.callbacks.database_callback_sink",
    "airflow.dag_processing.bundles.local",
    "airflow.models.renderedtifields",
    "airflow.models.task_state_store",
    "airflow.sdk.definitions.connection",
    "airflow.sdk.definitions.decorators",
    "alembic.command",
    "pygments.formatters",
    "pygments.lexers.agile",
    "pygments.lexers.data",
    "pygments.lexers.web",
)
# What our tasks load when they run.
TASKS = ("loop.connections", "loop.training.queue", "orchestration.connections")

SHARED = {
    "scheduler": (
        "airflow.cli.commands.scheduler_command",
        "airflow.jobs.scheduler_job_runner",
        "airflow.executors.local_executor",
        "airflow.utils.serve_logs.log_server",
        *DAG_FILES,
        *TASKS,
    ),
    "dag-processor": (
        "airflow.cli.commands.dag_processor_command",
        "airflow.dag_processing.processor",
        *DAG_FILES,
    ),
}


def main(part: str, *arguments: str) -> None:
    """Load, then become `airflow PART`."""
    from airflow.__main__ import main as airflow

    for module in SHARED[part]:
        importlib.import_module(module)
    share_certificates()
    # The collector marks every object that it looks at, and a marked page is shared no longer.
    gc.collect()
    gc.freeze()
    # Airflow thaws everything once its workers are there: the next full collection would mark
    # it all.
    gc.unfreeze = lambda: None
    sys.argv = ["airflow", part, *arguments]
    airflow()


def share_certificates() -> None:
    """Load the certificates that Airflow's client keeps, though here it speaks HTTP."""
    from airflow.sdk.api import client

    client.Client._get_ssl_context_cached(client.API_SSL_CA_FILE_PATH, client.API_SSL_CERT_PATH)


if __name__ == "__main__":
    main(*sys.argv[1:])
