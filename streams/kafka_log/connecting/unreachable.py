"""The error of a broker that a client can't use: what is wrong, and what to do."""

from __future__ import annotations

from bandit.errors import LogError


class Unreachable(LogError):
    """A broker that a client can't connect to, or can't log in to.

    Parameters
    ----------
    what
        Place and cause.
    todo
        What to do.
    final
        Whether waiting won't help: a wrong password stays wrong, a broker may come back.

    Examples
    --------
    >>> raise Unreachable("kafka:9092: nothing listens on this port", "start the broker")
    Traceback (most recent call last):
    ...
    streams.kafka_log.connecting.unreachable.Unreachable: kafka:9092: nothing listens on this \
port; start the broker
    """

    def __init__(self, what: str, todo: str, *, final: bool = False) -> None:
        super().__init__(f"{what}; {todo}")
        self.what = what
        self.todo = todo
        self.final = final
