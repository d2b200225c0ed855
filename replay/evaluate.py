"""Off-policy evaluation: what another way of deciding would have earned, from a log of decisions.

Two passes: the first learns which actions there are and checks every value; the second predicts
each row with a model of the rows before it, weighs it and adds it to every estimator's sums.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bandit.errors import BadValue, InputError
from replay.source import opened, own_log
from replay.table_fold import fold_table
from replay.tables.columns import Wanted
from replay.tables.find_columns import find_columns
from replay.tables.unusable import Unusable
from replay.target import parse_target
from replay.verdict import judge

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from replay.diagnostics import Diagnostics
    from replay.fold import Fold


@dataclass(frozen=True, slots=True)
class Estimate:
    """One estimator's answer; `interval` is the rule that low and high were made by."""

    estimator: str
    value: float | None
    low: float
    high: float
    level: float
    interval: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Answer to "what would `target` have earned?".

    Attributes
    ----------
    rows
        Rows or, on our own log, tasks that were summed.
    unit
        `row`, `task`, or `ask` where only the choice of pool can be evaluated.
    logging
        Mean of what was logged, with its interval.
    estimates
        One per estimator; empty where the log can't answer.
    withheld
        The estimates that were not given because the log can't answer: for study, not for use.
    default
        Name of the estimator that `value`, `low` and `high` are of.
    verdict
        `good`, `weak: why` or `cannot answer: why`.
    notes
        What the reader must know to read the numbers.
    unusable
        Rows of a table that were left out, by reason.
    """

    rows: int
    unit: str
    logging: Estimate
    target: str
    estimates: tuple[Estimate, ...]
    diagnostics: Diagnostics
    verdict: str
    default: str
    withheld: tuple[Estimate, ...] = ()
    notes: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    unusable: Unusable = field(default_factory=Unusable)

    @property
    def value(self) -> float | None:
        """The default estimator's answer; `None` where refused."""
        return next((e.value for e in self.estimates if e.estimator == self.default), None)

    @property
    def low(self) -> float | None:
        """Lower end of its interval; `None` where refused."""
        return next((e.low for e in self.estimates if e.estimator == self.default), None)

    @property
    def high(self) -> float | None:
        """Upper end of its interval; `None` where refused."""
        return next((e.high for e in self.estimates if e.estimator == self.default), None)

    @property
    def refused(self) -> bool:
        """Whether the log can't answer."""
        return self.verdict.startswith("cannot answer")


def evaluate(
    source: Any = None,
    *,
    sql: str | None = None,
    action: str | None = None,
    reward: str | None = None,
    propensity: str | None = None,
    logged: str | None = None,
    actions: str | None = None,
    context: Sequence[str] = (),
    by: Sequence[str] = (),
    cluster: str | None = None,
    time: str | None = None,
    target: str = "uniform",
    level: float = 0.95,
    strict: bool = False,
    delay_usd_per_hour: float = 0.0,
    tell: Callable[[int], None] | None = None,
) -> Evaluation:
    """Estimate what a target policy would have earned, from a log of another one.

    Parameters
    ----------
    source
        Path of an embedded log (`sqlite:` before it is welcome), of the folder of an archive, of
        Parquet, CSV or JSON lines (also .gz), a glob or folder of such, or a list of them; or a
        table in memory: pandas, Arrow, Polars, whatever has Arrow's stream.
    sql
        Instead of a source, a query that DuckDB runs over files: its result is the table.
    action, reward, propensity
        Columns of a table; where not given, guessed by their names, with a note. The reward may
        be a sum of columns with weights: `quality - 0.5*usd`. Our own log needs none.
    logged
        Where the logging policy's chance of every action stands: `columns:PREFIX`, or a column of
        maps from actions to chances, or of lists in the order of `actions`.
    actions
        Column of lists of the actions that could be chosen in a row; without it, all seen.
    context
        Columns of the context.
    by, cluster, time
        Columns to slice by, to group and to order by: read and checked.
    target
        `uniform`, `logging`, `greedy` (where all logged chances are known), `always:ACTION`,
        `column:NAME` (the chance of the logged action, or lists or maps of all) or
        `columns:PREFIX`.
    level
        Confidence of the intervals, in (0, 1).
    strict
        Whether a row that can't be used is an error; else it is left out and counted.
    delay_usd_per_hour
        What an hour until the verdict costs; our own log only.
    tell
        Called with the number of rows as they are read, for a progress bar.

    Raises
    ------
    InputError
        If the log or a value in it can't be used; one line that says what and where.

    Examples
    --------
    >>> import pyarrow as pa
    >>> log = {"action": ["a", "b"] * 200, "reward": [1, 0] * 200, "propensity": [0.5] * 400}
    >>> answer = evaluate(pa.table(log), target="always:a")
    >>> answer.verdict
    'good'
    >>> round(answer.estimates[1].value, 3)  # SNIPS
    1.0
    """
    if not 0 < level < 1:
        raise BadValue(f"level is {level:g}, must be between 0 and 1")
    if (source is None) == (sql is None):
        raise InputError("name either a log or a query (--sql), one of them")
    asked = parse_target(target)
    own = own_log(source)
    if own is not None:
        from replay.own.fold import fold_own_log  # noqa: PLC0415 - only our own log needs it

        return _answer(fold_own_log(own, asked, delay_usd_per_hour, tell), str(asked), level)
    wanted = Wanted(
        action=action,
        reward=reward,
        propensity=propensity,
        logged=logged,
        actions=actions,
        targets=() if asked.column is None else (asked.column,),
        context=tuple(context),
        by=tuple(by),
        cluster=cluster,
        time=time,
    )
    with opened(source, sql) as table:
        columns, notes = find_columns(table, wanted)
        if columns.by or columns.cluster or columns.time:
            notes += ("--by, --cluster and --time are read and checked, no figure uses them yet",)
        (fold,) = fold_table(table, columns, (asked,), tell, strict=strict)
    return _answer(replace(fold, notes=(*notes, *fold.notes)), str(asked), level)


def _answer(fold: Fold, target: str, level: float) -> Evaluation:
    sums = fold.sums
    found = sums.weights.diagnostics()
    verdict = judge(found, sums.weights.rows, target, fold.unit)
    if fold.blocked is not None:
        verdict = fold.blocked
    estimates = tuple(_estimate(e, fold.kind, level) for e in sums.estimators)
    return Evaluation(
        rows=sums.weights.rows,
        unit=fold.unit,
        logging=_estimate(sums.logging, fold.kind, level, "mean of the log"),
        target=target,
        estimates=() if verdict.refused else estimates,
        diagnostics=found,
        verdict=verdict.text,
        default=sums.estimators[-1].name,
        withheld=estimates if verdict.refused else (),
        notes=fold.notes,
        counts=fold.counts,
        unusable=fold.unusable,
    )


def _estimate(estimator: Any, kind: str, level: float, name: str | None = None) -> Estimate:
    value = estimator.value()
    low, high, rule = estimator.interval(kind, level)
    return Estimate(
        name or estimator.name,
        None if value is None else float(value),
        float(low),
        float(high),
        level,
        rule,
    )
