"""Proves that the parts of the stack reach each other: one task a service.

Each task says in its log, and returns, what it saw. A task that fails says which service, at which
address, what is wrong and what to do.
"""

from datetime import timedelta

from airflow.sdk import dag, task

BUCKETS = ("production", "models", "labeling")


@dag(
    schedule=None,
    catchup=False,
    max_active_runs=1,
    tags=["checks"],
    doc_md=__doc__,
    default_args={
        "retries": 1,
        "retry_delay": timedelta(seconds=10),
        "execution_timeout": timedelta(minutes=5),
    },
)
def check_connections():
    """Four tasks that don't depend on each other."""

    @task
    def database() -> str:
        """PostgreSQL, database `loop`: the queue of the trainer can be read."""
        from loop.connections import check_database
        from orchestration import connections

        return seen(check_database(connections.database(), ["training_jobs"]))

    @task
    def object_store() -> str:
        """MinIO: the buckets of photos, models and photos to label can be read."""
        from loop.connections import check_object_store
        from orchestration import connections

        return seen(check_object_store(connections.object_store(), BUCKETS))

    @task
    def label_studio() -> str:
        """Label Studio: its API takes our token. Skipped in a stack that has none."""
        from airflow.sdk.exceptions import AirflowNotFoundException, AirflowSkipException
        from loop.connections import check_label_studio
        from orchestration import connections

        try:
            found = connections.label_studio()
        except AirflowNotFoundException:
            raise AirflowSkipException("this stack has no Label Studio") from None
        return seen(check_label_studio(found))

    @task
    def inference() -> str:
        """Inference API: a model is loaded."""
        from loop.connections import check_inference
        from orchestration import connections

        return seen(check_inference(connections.inference()))

    database()
    object_store()
    label_studio()
    inference()


def seen(line: str) -> str:
    """Into the task's log, and its result."""
    print(line)
    return line


check_connections()
