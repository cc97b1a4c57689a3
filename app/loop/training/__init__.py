"""Heavy work that runs in the trainer: the queue of jobs, and the kinds of job there are."""
