"""Proves that work goes to the trainer and comes back: Airflow asks, the trainer computes.

The job counts prime numbers after a wait (parameter `seconds`), and the last task compares the
count with the right one. While the trainer works, no process of Airflow waits.
"""

from datetime import timedelta

from airflow.sdk import Param, dag, task

UP_TO, PRIMES = 1000, 168


# The DAG is `test_training`; a file of that name would be taken for one of our tests.
@dag(
    dag_id="test_training",
    schedule=None,
    catchup=False,
    tags=["checks", "training"],
    doc_md=__doc__,
    params={
        "seconds": Param(
            5,
            type="integer",
            minimum=0,
            maximum=600,
            description="How long the job takes, in seconds",
        )
    },
    default_args={
        "retries": 2,
        "retry_delay": timedelta(seconds=10),
        "execution_timeout": timedelta(minutes=5),
    },
)
def test_training():
    """Submit, wait, compare."""

    @task
    def submit(params: dict, run_id: str) -> str:
        """Put the job into the queue and return its id; again, it is the same job."""
        from loop.database import connect
        from loop.training import queue
        from orchestration import connections

        with connect(connections.database(), application="airflow") as connection:
            parameters = {"seconds": params["seconds"], "up_to": UP_TO}
            return queue.submit(connection, "self-test", parameters, f"test_training/{run_id}")

    # Between two looks the process is given back: waiting takes neither memory nor a worker. A look
    # that fails is none: there will be another. (Airflow counts each as an attempt of the task.)
    @task.sensor(mode="reschedule", poke_interval=5, timeout=3600, silent_fail=True)
    def wait(job_id: str):
        """Until the trainer has finished the job. Returns its result."""
        from airflow.sdk import PokeReturnValue
        from airflow.sdk.exceptions import AirflowFailException
        from loop.database import connect
        from loop.training import queue
        from orchestration import connections

        with connect(connections.database(), application="airflow") as connection:
            job = queue.state(connection, job_id)
        print(f"job {job.id} is {job.status}, attempt {job.attempts} of {job.max_attempts}")
        if job.status == "failed":
            raise AirflowFailException(f"job {job.id} failed: {job.error}; see the trainer's log")
        return PokeReturnValue(is_done=job.finished, xcom_value=job.result)

    @task
    def compare(result: dict) -> str:
        """Fail unless the result is the right one."""
        if result["primes"] != PRIMES:
            raise ValueError(f"{result['primes']} primes up to {UP_TO}; there are {PRIMES}")
        return f"the trainer counted {PRIMES} primes up to {UP_TO}, as there are"

    compare(wait(submit()))


test_training()
