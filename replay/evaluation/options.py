"""What an evaluation is told but the log and the target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from replay.learning.config import REPLAYS, Walking
from replay.tables.columns.roles import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from replay.targets.target import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What `evaluate` is told but the log and the target; it says what each means."""

    sql: str | None = None
    action: str | None = None
    reward: str | None = None
    reward_range: tuple[float, float] | None = None
    propensity: str | None = None
    logged: str | None = None
    estimate_propensities: bool = False
    actions: str | None = None
    context: Sequence[str] = ()
    by: Sequence[str] = ()
    cluster: str | None = None
    time: str | None = None
    level: float = 0.95
    interval: str = "default"
    estimators: Sequence[str] = ()
    jobs: int = 1
    engine: str = "local"
    strict: bool = False
    delay_usd_per_hour: float = 0.0
    audit_usd: float | None = None
    horizon: int | None = None
    replays: int = REPLAYS
    percentile: float = 0.0
    worth: float = 1.0
    seed: int = 0
    tell: Callable[[int], None] | None = None

    def wanted(self, targets: Sequence[Target]) -> Wanted:
        """Return the columns that are asked for."""
        return Wanted(
            action=self.action,
            reward=self.reward,
            reward_range=self.reward_range,
            propensity=self.propensity,
            logged=self.logged,
            estimate=self.estimate_propensities,
            actions=self.actions,
            targets=tuple(one.column for one in targets if one.column is not None),
            context=tuple(self.context),
            by=tuple(self.by),
            cluster=self.cluster,
            time=self.time,
        )

    def of_tables(self) -> list[str]:
        """Options given that name columns, which only a table has."""
        names = (
            "action",
            "reward",
            "propensity",
            "logged",
            "actions",
            "context",
            "cluster",
            "time",
        )
        return [f"--{name}" for name in names if getattr(self, name)]

    def walking(self) -> Walking:
        """Return how targets that learn are to walk the log."""
        return Walking(self.horizon, self.replays, self.percentile, self.seed, self.worth)
