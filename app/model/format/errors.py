"""The one error that these tools show to a person: a message without a stack trace."""


class ModelError(Exception):
    """Something a person can put right: says what was given, what is allowed, what to do."""
