"""The trainer: takes jobs from the queue one after the other and does each in a process of its own.

`python -m loop.trainer` runs until it is told to stop.
"""
