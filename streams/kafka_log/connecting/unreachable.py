"""The error of a broker that can't be talked to: what is so, and what to do about it."""

from __future__ import annotations

from bandit.errors import LogError


class Unreachable(LogError):
    """A broker can't be talked to.

    Parameters
    ----------
    what
        What is so.
    todo
        What to do.
    final
        Whether waiting won't help: a wrong password stays wrong, a broker may come back.

    Examples
    --------
    >>> raise Unreachable("kafka:9092: nothing listens there", "start it")
    Traceback (most recent call last):
    ...
    streams.kafka_log.connecting.unreachable.Unreachable: kafka:9092: nothing listens there; \
start it
    """

    def __init__(self, what: str, todo: str, *, final: bool = False) -> None:
        super().__init__(f"{what}; {todo}")
        self.what = what
        self.todo = todo
        self.final = final
