"""Roles of processes on Kafka, by what each must be allowed to do."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from streams.kafka_log.identity import of_writer
from streams.log.topics import (
    ASKS,
    CONTROLS,
    DEADLETTERS,
    DECISIONS,
    DESK,
    LABELS,
    MODELS,
    POOLS,
    REWARDS,
    TASKS,
    VERDICTS,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


class Role(StrEnum):
    """Roles that `poolwise doctor --role` can check."""

    WORK = "work"
    FOLLOW = "follow"  # work --follow
    LEARN = "learn"
    FEED = "feed"
    ARCHIVE = "archive"


class Permissions(NamedTuple):
    """What a process must be allowed to do.

    `ids` are transactional ids, of which one that ends in `-` is a prefix; GROUP in them stands for
    the group's name. A right to read or write includes the right to describe.
    """

    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    describe: tuple[str, ...] = ()
    group: bool = False
    ids: tuple[str, ...] = ()


_LEARNER = of_writer("GROUP-learner")
_WORKER_OUTPUT = (TASKS, LABELS, ASKS, DECISIONS, REWARDS, VERDICTS, DEADLETTERS, DESK)

PERMISSIONS: Mapping[Role, Permissions] = {
    Role.WORK: Permissions(
        read=(POOLS, CONTROLS, TASKS, LABELS, DESK, REWARDS, MODELS),
        write=(*_WORKER_OUTPUT, MODELS),
        group=True,
        ids=("GROUP-", _LEARNER),
    ),
    Role.FOLLOW: Permissions(
        read=(POOLS, CONTROLS, TASKS, LABELS, DESK, MODELS),
        write=_WORKER_OUTPUT,
        group=True,
        ids=("GROUP-",),
    ),
    Role.LEARN: Permissions(
        read=(CONTROLS, REWARDS, MODELS),
        write=(MODELS,),
        describe=(TASKS,),
        ids=(_LEARNER,),
    ),
    Role.FEED: Permissions(write=(POOLS, CONTROLS, TASKS, LABELS, DEADLETTERS), ids=("writer-",)),
    Role.ARCHIVE: Permissions(read=(DECISIONS, REWARDS, VERDICTS)),
}
