"""What the tuner answers of a market: plain data."""

from __future__ import annotations

from typing import Literal

import msgspec

from bandit.settings import PolicySettings
from replay.market_tuning.halving import Trial
from replay.numerics.amount import Amount

Role = Literal["default", "candidate", "reference"]
Matters = Literal["little", "yes", "unknown"]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """Settings on the fresh seeds: what a task earned in dollars, and what for.

    A reference can't be chosen. `net_usd_by_seed` is in the order of the seeds, and as long as the
    setting met seeds; the means are as of all seeds, by paired differences. `under_highest` is what
    the highest estimate earned more, `ahead_chance` the chance that the setting earns over 5 % of
    the gap more than the chosen one; both are `None` for references.
    """

    name: str
    role: Role
    policy: PolicySettings
    net_usd: float
    net_usd_by_seed: tuple[float, ...]
    accuracy: float
    usd_per_task: float
    over_default: Amount
    under_highest: Amount | None
    ahead_chance: float | None


class Exploration(msgspec.Struct, frozen=True, kw_only=True):
    """What exploration adds to settings that are `of` a row, $ per task, at the level by itself.

    `matters` is little if the whole interval lies within `EQUIVALENT` of the gap from uniform to
    the highest estimate, yes if the interval leaves 0 out, and otherwise unknown.
    """

    of: str
    adds: Amount
    matters: Matters


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The comparison on fresh seeds.

    Attributes
    ----------
    seeds
        Those of the rows that met the most; the others met the first of them.
    rows
        The default first, then candidates, last references.
    highest, chosen
        Indices of the row with the highest estimate, references left out, and of the one to use.
    rivals
        Indices of rows that may earn as much as the highest.
    gap_usd
        What the highest estimate earns more than `uniform`, $ per task.
    miss_chance, settled
        Chance that another setting earns over 5 % of the gap more than the chosen one, at most; and
        whether it is as small as was wanted.
    """

    seeds: tuple[int, ...]
    rows: tuple[Row, ...]
    highest: int
    chosen: int
    rivals: tuple[int, ...]
    gap_usd: float
    miss_chance: float
    settled: bool
    exploration: Exploration
    toml: str


class MarketTuning(msgspec.Struct, frozen=True, kw_only=True):
    """Which settings earn most in a market, and how sure that is.

    Attributes
    ----------
    market, tasks
        Its name or file, and the tasks of each run.
    default, default_policy
        What the default is, poolwise's own settings or a file; and its policy.
    level
        Of the intervals of a kind together.
    varied
        Keys of [policy] that were searched.
    search_seeds, trials
        Seeds of the search, and its candidates in their order.
    comparison
        `None` if the run was interrupted before three fresh seeds were done.
    interrupted
        Whether it was interrupted: figures are then of what was done by then.
    """

    market: str
    tasks: int
    default: str
    default_policy: PolicySettings
    level: float
    varied: tuple[str, ...]
    search_seeds: tuple[int, ...]
    trials: tuple[Trial, ...]
    comparison: Comparison | None
    interrupted: bool = False
