"""Which column of a table is what: as the user says it, and as it was found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from replay.tables.columns.distribution import Distribution
    from replay.tables.columns.reward import LinearReward

NO_CLUSTERS = "none"
"""What a cluster column is given as where rows are independent, and none is to be searched for."""

PREFIX = "columns:"
"""What a distribution that has a column for each action is written with."""


@dataclass(frozen=True, slots=True)
class ColumnOptions:
    """What the user says; `None` is to be guessed, or isn't there.

    `logged` is `columns:PREFIX` or a column of lists or maps; `actions` a column of lists of the
    actions that could be chosen; `targets` the columns, or `columns:PREFIX`, that targets'
    chances stand in; `by`, `cluster`, `time` are columns to slice, to group and to order by;
    `estimate` says that propensities are missing and to be estimated; `reward_range` is what no
    reward can leave.
    """

    action: str | None = None
    reward: str | None = None
    propensity: str | None = None
    logged: str | None = None
    estimate: bool = False
    actions: str | None = None
    targets: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    cluster: str | None = None
    time: str | None = None
    reward_range: tuple[float, float] | None = None

    def named(self) -> set[str]:
        """Columns that are something already."""
        own = {self.action, self.propensity, self.actions, self.cluster, self.time}
        own |= {self.logged, *self.targets, *self.context, *self.by}
        return {name for name in own if name is not None and not name.startswith(PREFIX)}


@dataclass(frozen=True, slots=True)
class Columns:
    """Every column that is read, found in the table; plain data, for any process.

    `target_probs` are columns of the logged action's chance under a target, `target_pmfs` say where
    a target's whole distribution stands, by what the target calls it, `logged` where that of the
    logging policy does; with neither a propensity nor `logged` every propensity is 1, or still
    to be `estimated`. `independent` says that rows have no clusters. Of `possible_ids` it
    is not known whether they are clusters; `found_cluster` is one that turned out to be.
    """

    action: str
    reward: LinearReward
    propensity: str | None
    logged: Distribution | None = None
    estimated: bool = False
    actions: str | None = None
    target_probs: tuple[str, ...] = ()
    target_pmfs: tuple[tuple[str, Distribution], ...] = ()
    context: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    cluster: str | None = None
    time: str | None = None
    independent: bool = False
    possible_ids: tuple[str, ...] = ()
    found_cluster: str | None = None

    def to_learn(self) -> Columns:
        """Return what models of the reward, their folds and the checks of the rows' order need."""
        return replace(self, target_probs=(), target_pmfs=(), by=(), time=None, possible_ids=())

    def needed(self) -> list[str]:
        """All columns that are read, each once."""
        optional = (self.propensity, self.actions, self.cluster, self.time, self.found_cluster)
        names = [self.action, *self.reward.columns]
        names += [name for name in optional if name is not None]
        for where in (self.logged, *(where for _, where in self.target_pmfs)):
            names += where.names if where else ()
        return list(
            dict.fromkeys([*names, *self.target_probs, *self.context, *self.by, *self.possible_ids])
        )
