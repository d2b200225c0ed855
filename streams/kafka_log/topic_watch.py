"""Noticing that somebody deleted a topic that is in use, even if it was made again since.

kafka-python takes a topic that is gone for one that it has not heard of yet, and waits.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from bandit.errors import LogError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

EVERY_S = 5.0
"""A look takes some milliseconds."""

CONFIRM_S = 2.0
"""A broker that has just started may not know all its topics yet."""


class TopicState(NamedTuple):
    """A topic that is there: which, and how many partitions it has."""

    id: object
    partitions: int


class TopicWatch:
    """Looks now and then whether topics are the ones they were.

    Parameters
    ----------
    name
        Of the log, in errors.
    describe
        The topics that are there, of some names of the cluster; `None` if it can't be asked.
    """

    def __init__(
        self, name: str, describe: Callable[[Iterable[str]], Mapping[str, TopicState] | None]
    ) -> None:
        self._name = name
        self._describe = describe
        self._seen: dict[str, TopicState] = {}
        self._next = 0.0

    def look(self, topics: Iterable[str], *, now: bool = False) -> None:
        """Look at `topics`, which were there; unless `now`, only when it is time.

        Raises
        ------
        LogError
            If one is gone, or is another one.
        """
        if not now and time.monotonic() < self._next:
            return
        self._next = time.monotonic() + EVERY_S
        if self._gone(topics):
            time.sleep(CONFIRM_S)
            if gone := self._gone(topics):
                msg = (
                    f"{self._name}: topic {gone[0]!r} was deleted while it was in use; what to do:"
                    f" stop all workers, then poolwise doctor {self._name} --create-topics"
                )
                raise LogError(msg)

    def partitions(self, topic: str) -> int | None:
        """How many partitions a topic had at the last look; `None` if it wasn't looked at."""
        return self._seen[topic].partitions if topic in self._seen else None

    def _gone(self, topics: Iterable[str]) -> list[str]:
        found = self._describe(topics)
        if found is None:
            return []
        gone = [
            topic
            for topic in topics
            if topic not in found
            or (topic in self._seen and found[topic].id != self._seen[topic].id)
        ]
        self._seen |= {topic: one for topic, one in found.items() if topic not in gone}
        return gone


def recreated_error(where: str, position: int, end: int) -> LogError:
    """Return the error of a reader whose position is behind the end of what there is."""
    msg = (
        f"{where}: it ends at {end}, but was read up to {position} before: the topic was deleted"
        " and made again; what to do: begin with topics and a group that are new (another prefix)"
    )
    return LogError(msg)
