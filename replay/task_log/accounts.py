"""Ledgers of gains: one of all tasks, and one of each slice."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from replay.task_log.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.numerics.arrays import Floats
    from replay.task_log.trajectory import Trajectory
    from replay.task_log.weighed_task import WeighedTask


@dataclass(slots=True)
class Accounts:
    """Ledgers that tasks are written into: `slices` by the name of a trait and its value."""

    price: Floats
    by: Sequence[str] = ()
    audit_usd: float = 0.0
    whole: Ledger = field(init=False)
    slices: dict[tuple[str, str], Ledger] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Start with an empty ledger."""
        self.whole = Ledger(self.price, self.audit_usd)

    def receive(self, tasks: Sequence[Trajectory], weighed: Sequence[WeighedTask]) -> None:
        """Write tasks into all ledgers that they belong to."""
        self.whole = self.whole.receive(tasks, weighed)
        for place, name in enumerate(self.by):
            groups: dict[str, list[int]] = defaultdict(list)
            for row, task in enumerate(tasks):
                groups[task.traits[place]].append(row)
            for value, rows in groups.items():
                ledger = self.slices.get((name, value)) or Ledger(self.price, self.audit_usd)
                self.slices[name, value] = ledger.receive(
                    [tasks[row] for row in rows], [weighed[row] for row in rows]
                )
