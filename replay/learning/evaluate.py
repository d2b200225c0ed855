"""What a policy that learns would have earned, from a log of another one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bandit.errors import CannotAnswer
from replay.learning.judged import judge_walk
from replay.learning.lanes import walk
from replay.learning.reading import hold_table
from replay.learning.setting import LEARNER, label, units
from replay.learning.uncertainty import spread
from replay.learning.walked import Walking, words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from bandit.settings import PolicySettings
    from replay.learning.held import Held
    from replay.tables.columns import Columns
    from replay.tables.survey import Survey
    from replay.tables.table import Table


@dataclass(frozen=True, slots=True)
class Learned:
    """What a policy would earn a row over a horizon, beginning with an empty memory.

    Attributes
    ----------
    policy
        Its name in tables.
    value, low, high
        Mean reward over `horizon` rows, and its interval.
    level
        Confidence of the interval.
    horizon
        T', the number of its own choices that it learned from.
    rows
        Rows of the log that were held.
    replays
        Histories that the value is a mean of.
    words
        What the interval is of: histories, or this one only.
    verdict
        `good` or `weak: why`.
    notes
        What the reader must know to read the numbers.
    """

    policy: str
    value: float
    low: float
    high: float
    level: float
    horizon: int
    rows: int
    replays: int
    words: str
    verdict: str
    notes: tuple[str, ...]


def evaluate_learning(
    table: Table,
    columns: Columns,
    found: Survey,
    settings: PolicySettings,
    *,
    level: float = 0.95,
    walking: Walking | None = None,
    tell: Callable[[int], None] | None = None,
) -> Learned:
    """Evaluate a policy as it would learn: from rows accepted as its own choice alone.

    Parameters
    ----------
    table, columns, found
        The log, its columns, and what a survey of it found.
    settings
        The policy, as the worker's section [policy] has it.
    level
        Confidence of the interval, in (0, 1).
    walking
        Horizon, replays, percentile, seed and the worth of a right answer.
    tell
        Called with the number of rows as they are read.

    Raises
    ------
    CannotAnswer
        If the log can't say; the message says why.
    ConfigError
        If the policy can't be replayed.

    References
    ----------
    Li et al. (2011), WSDM; Dudík et al. (2012), UAI.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from bandit.settings import PolicySettings
    >>> from replay.tables.columns import Wanted
    >>> from replay.tables.find_columns import find_columns
    >>> from replay.tables.survey import survey
    >>> from replay.tables.table import open_table
    >>> log = {"action": ["a", "b", "b", "a"] * 200, "reward": [1, 0, 0, 1] * 200}
    >>> table = open_table(pa.table(log | {"propensity": [0.5] * 800}))
    >>> columns, _ = find_columns(table, Wanted())
    >>> found = survey(table, columns)
    >>> answer = evaluate_learning(table, columns, found, PolicySettings(rate=5.0))
    >>> answer.horizon, round(answer.value, 1), answer.words
    (357, 1.0, 'over 10 learning histories')
    """
    held = hold_table(table, columns, found, tell)
    return learned(held, settings, level, walking or Walking(), tell=tell)


def learned(
    held: Held,
    settings: PolicySettings,
    level: float,
    walking: Walking,
    *,
    adaptive: bool = False,
    tell: Callable[[int], None] | None = None,
) -> Learned:
    """Evaluate a policy on a log that is held; `adaptive` says that it was written by a learner.

    Raises
    ------
    CannotAnswer
        If the log can't say; the message says why.
    """
    plan, notes = walking.plan(held, learned=adaptive)
    walked = walk(held, [settings], plan, tell)
    name = label(settings)
    (verdict,) = judge_walk(held, walked, [name], "row")
    if verdict.refused:
        raise CannotAnswer(verdict.text)
    value, low, high, *_ = spread(walked).bounds(level)
    return Learned(
        name,
        float(value[0]),
        float(low[0]),
        float(high[0]),
        level,
        plan.horizon,
        len(held),
        plan.replays,
        words_of(plan.replays),
        verdict.text,
        (LEARNER, units(plan.worth), *notes),
    )
