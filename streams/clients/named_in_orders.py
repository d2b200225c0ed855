"""Whether the log has the project, pool, labelers and snapshot that an order names."""

from __future__ import annotations

import shlex
from contextlib import closing
from itertools import chain
from typing import TYPE_CHECKING

from bandit.errors import BadValue, EventError, NewerVersion, StateError, nearest
from bandit.events import Pool, Task
from bandit.learn import saved_brain
from bandit.learn.pool_quality import parts_of
from bandit.limits.controls import is_open
from streams.clients.feeding import checked
from streams.clients.spending import read_spending
from streams.learner.snapshots import Snapshots
from streams.log.codec import InputDecoder, decode_reward
from streams.log.last_records import last_records
from streams.log.log import read_to_end
from streams.log.topics import POOLS, REWARDS, TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from streams.log.log import Log

BATCH = 1000


def pin_warning(log: Log, name: str) -> str | None:
    """Return a warning if the pool to pin a project to takes no asks now.

    Raises
    ------
    BadValue
        If the log has no such pool, or if it is a gold pool.
    """
    pools = _pools(log)
    pool = pools.get(name)
    if pool is None:
        known = nearest(name, pools) if pools else "; it has no pools yet"
        ending = "" if known.endswith("?") else ". Feed its Pool event first"
        msg = f"--pin {name}: the log has no such pool, so the project would stop{known}{ending}"
        raise BadValue(msg)
    if pool.gold:
        msg = f"--pin {name}: a gold pool is asked only for audits, so the project would stop"
        raise BadValue(msg)
    if not is_open(pool):
        return f"pool {name} is closed: the project's tasks wait until it opens"
    return None


def shadow_warnings(log: Log, project: str, names: Sequence[str]) -> Iterator[str]:
    """Yield a warning for each labeler to shadow of whom the model has learned no label.

    The order is valid all the same: they may be new, or their first tasks may be open still.
    """
    known = _labelers(log, project) if names else None
    if known is None:
        return
    for name in names:
        if name not in known:
            yield (
                f"the model knows no label of labeler {name} in project {project}: the order holds"
                f" for labels to come{nearest(name, known) if known else ''}"
            )


def project_warning(log: Log, project: str) -> str | None:
    """Return a warning if nobody was asked about the project, and no newest task is of it.

    Of tasks only the end of each partition is read: the order may be urgent. Nothing is said of a
    log without tasks.
    """
    decoder = InputDecoder()
    known = {name for desk in read_spending(log) for name in desk.used_total_usd}
    for partition in range(log.partitions(TASKS)):
        for record in last_records(log, TASKS, partition):
            try:
                event = decoder.decode(record.value)
            except EventError:
                continue
            if isinstance(event, Task):
                known.add(event.project)
    if not known or project in known:
        return None
    return (
        f"nobody was asked about project {project} so far, and none of the newest tasks is of it"
        f"{nearest(project, known)}"
    )


def check_snapshot(log: Log, number: int, address: str) -> None:
    """Refuse to roll back to a snapshot that isn't kept; `address` is the log's.

    Raises
    ------
    BadValue
        If it isn't kept, or is damaged.
    """
    with closing(Snapshots(log)) as snapshots:
        snapshots.catch_up()
        if snapshots.find(number) is not None:
            return
        kept = dict.fromkeys(manifest.id for _, manifest in snapshots.manifests())
    if not kept:
        msg = f"--roll-back {number}: the log has no snapshots yet"
    else:
        msg = (
            f"--roll-back {number}: no such snapshot is kept, or it is damaged; kept:"
            f" {', '.join(map(str, kept))} (their times: poolwise tail {shlex.quote(address)}"
            " models)"
        )
    raise BadValue(msg)


def _pools(log: Log) -> dict[str, Pool]:
    """Return the pools of a log, without those that workers refuse."""
    pools: dict[str, Pool] = {}
    decoder = InputDecoder()
    with closing(log.follow(POOLS)) as reader:
        for record in chain.from_iterable(read_to_end(reader, BATCH)):
            try:
                event = checked(record.value or b"", decoder)
            except EventError:
                continue
            if isinstance(event, Pool):
                pools[event.pool] = event
    return pools


def _labelers(log: Log, project: str) -> set[str] | None:
    """Return the labelers in the newest snapshot and in the rewards after it.

    `None` if there are snapshots, and this version can read none: then nothing is known.
    """
    names: set[str] = set()
    with closing(Snapshots(log)) as snapshots:
        snapshots.catch_up()
        position, found = 0, not snapshots.manifests()
        for snapshot in snapshots.newest_first():
            try:
                brains = [snapshot.brain(), *snapshot.own.values()]
                keys = list(chain.from_iterable(saved_brain.read(data).labelers for data in brains))
            except StateError:
                continue
            names.update(name for its, name in map(parts_of, keys) if its == project)
            position, found = snapshot.position, True
            break
    if not found:
        return None
    with closing(log.follow(REWARDS, 0, position)) as reader:
        for record in chain.from_iterable(read_to_end(reader, BATCH)):
            try:
                reward = decode_reward(record.value)
            except (EventError, NewerVersion):
                continue
            if reward.project == project and reward.labeler is not None:
                names.add(reward.labeler)
    return names
