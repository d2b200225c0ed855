"""Track records of pools in each project, forgotten with their project.

What a project keeps of its pools counts towards `memory.max_project_bytes`
(`bandit.learn.known_projects`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.learn.pool_quality import key_of, parts_of
from bandit.learn.track_record import POOL_DECAY, TrackRecord
from bandit.limits.paid_prices import with_label
from bandit.reasons import Basis

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.events import Reward

EXPIRED = Basis.EXPIRED.value

POOL_BYTES = 250
"""Bytes of a pool in a project in a snapshot: its record, judged labels and trust, by its key."""


class KnownPools:
    """Track records by project and pool.

    Examples
    --------
    >>> pools = KnownPools({"4/cats/crowd": TrackRecord(), "4/dogs/crowd": TrackRecord()})
    >>> pools.forget("cats")
    ['4/cats/crowd']
    >>> list(pools.records()), pools.size_bytes("dogs")
    (['4/dogs/crowd'], 250)
    """

    def __init__(self, records: Mapping[str, TrackRecord] | None = None) -> None:
        self._projects: dict[str, dict[str, TrackRecord]] = {}
        for key, record in (records or {}).items():
            project, pool = parts_of(key)
            self._projects.setdefault(project, {})[pool] = record

    def get(self, project: str, pool: str) -> TrackRecord | None:
        """Return the record of a pool; `None` if it is unknown in the project."""
        return self._projects.get(project, {}).get(pool)

    def seen(self, project: str, pool: str) -> TrackRecord:
        """Return the record of a pool, which a reward will change."""
        record = self.get(project, pool)
        if record is None:
            record = self._projects.setdefault(project, {})[pool] = TrackRecord()
        return record

    def forget(self, project: str) -> list[str]:
        """Forget a project; return the keys of its pools."""
        return [key_of(project, pool) for pool in self._projects.pop(project, {})]

    def projects(self) -> list[str]:
        """Return the projects with a record, the first seen first."""
        return list(self._projects)

    def records(self) -> dict[str, TrackRecord]:
        """Return all records by key."""
        return {
            key_of(project, pool): record
            for project, pools in self._projects.items()
            for pool, record in pools.items()
        }

    def size_bytes(self, project: str) -> int:
        """Return about how many bytes a project's pools have in a snapshot."""
        return POOL_BYTES * len(self._projects.get(project, {}))


def count_ask(pool: TrackRecord, reward: Reward, *, is_new: bool) -> None:
    """Count in a pool's record what became of an ask: how long it took, what its label cost."""
    if reward.revision == 0:
        pool.asked(POOL_DECAY, (reward.delay_s or 0.0) if reward.basis == EXPIRED else None)
    if not is_new or reward.answer is None:
        return
    pool.paid = with_label(pool.paid, None if reward.list_usd is None else reward.usd)
    if reward.delay_s is not None and reward.previous_basis is None:  # else counted as unanswered
        pool.answer(reward.decided_at + reward.delay_s, reward.delay_s, POOL_DECAY)
