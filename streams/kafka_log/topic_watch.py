"""Detection of topics that are deleted while in use, even if they were created again since.

kafka-python takes a deleted topic for one whose metadata has not arrived yet, and waits.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from bandit.errors import LogError, PastEnd

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

EVERY_S = 5.0
"""Between two checks, which take some milliseconds each."""

CONFIRM_S = 2.0
"""Before a second check: a broker that has just started may not know all its topics yet."""


class TopicState(NamedTuple):
    """Id and number of partitions of a topic that exists."""

    id: object
    partitions: int


class TopicWatch:
    """Checks every few seconds that topics exist and have the ids that they had.

    Parameters
    ----------
    name
        Of the log, in errors.
    describe
        Returns those of the named topics that exist; `None` if the cluster does not answer.
    """

    def __init__(
        self, name: str, describe: Callable[[Iterable[str]], Mapping[str, TopicState] | None]
    ) -> None:
        self._name = name
        self._describe = describe
        self._seen: dict[str, TopicState] = {}
        self._next = 0.0

    def check(self, topics: Collection[str], *, now: bool = False) -> None:
        """Check `topics`, which existed; unless `now`, only if the last check was long enough ago.

        Raises
        ------
        LogError
            If a topic was deleted, or deleted and created again.
        """
        if not now and time.monotonic() < self._next:
            return
        self._next = time.monotonic() + EVERY_S
        if self._deleted(topics):
            time.sleep(CONFIRM_S)
            if deleted := self._deleted(topics):
                msg = (
                    f"{self._name}: topic {deleted[0]!r} was deleted while in use; what to do:"
                    f" stop all workers, then run: poolwise doctor {self._name} --create-topics"
                )
                raise LogError(msg)

    def partitions(self, topic: str) -> int | None:
        """Number of partitions of a topic at the last check; `None` if it was not checked yet."""
        return self._seen[topic].partitions if topic in self._seen else None

    def _deleted(self, topics: Collection[str]) -> list[str]:
        states = self._describe(topics)
        if states is None:
            return []
        deleted = [
            topic
            for topic in topics
            if topic not in states
            or (topic in self._seen and states[topic].id != self._seen[topic].id)
        ]
        self._seen |= {topic: state for topic, state in states.items() if topic not in deleted}
        return deleted


def recreated_error(where: str, position: int, end: int) -> PastEnd:
    """Return the error of a reader whose position is greater than the end offset."""
    msg = (
        f"{where}: ends at offset {end}, but was already read up to offset {position}: the topic"
        " was deleted and created again; what to do: use new topics and a new group (another"
        " prefix in log.address)"
    )
    return PastEnd(msg)
