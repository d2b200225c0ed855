"""Off-policy evaluation: what another way of deciding would have earned, from a log of decisions.

Two passes: the first learns which actions there are and checks every value; the second predicts
each row with a model of the rows before it, weighs it and adds it to every estimator's sums.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bandit.errors import BadValue, LogCorrupt
from replay.own.archive_folder import is_archive
from replay.own.log_file import is_own_log
from replay.rows import Columns
from replay.table import check_file, open_table
from replay.table_fold import fold_table
from replay.target import parse_target
from replay.verdict import judge

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from replay.diagnostics import Diagnostics
    from replay.fold import Fold

LOG_SUFFIXES = (".db", ".sqlite")
"""What logs are called; by its first bytes a log is known under any name."""


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
    source: Any,
    *,
    action: str = "action",
    reward: str = "reward",
    propensity: str = "propensity",
    context: Sequence[str] = (),
    target: str = "uniform",
    level: float = 0.95,
    delay_usd_per_hour: float = 0.0,
    tell: Callable[[int], None] | None = None,
) -> Evaluation:
    """Estimate what a target policy would have earned, from a log of another one.

    Parameters
    ----------
    source
        Path of an embedded log (`sqlite:` before it is welcome), of the folder of an archive, of
        Parquet, CSV or JSON lines (also .gz), or a pandas data frame or Arrow table.
    action, reward, propensity, context
        Columns of a table; our own log needs none.
    target
        `uniform`, `logging`, `always:ACTION`, `column:NAME` or, of our own log, `greedy`.
    level
        Confidence of the intervals, in (0, 1).
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
    wanted = parse_target(target)
    if isinstance(source, str | os.PathLike):
        path = Path(str(source).removeprefix("sqlite:"))
        folder = is_archive(path)
        if not folder:
            check_file(path)
        if folder or is_own_log(path):
            from replay.own.fold import fold_own_log  # noqa: PLC0415 - only our own log needs it

            own = fold_own_log(path, wanted, delay_usd_per_hour, tell)
            return _answer(own, str(wanted), level)
        if path.suffix.lower() in LOG_SUFFIXES or str(source).startswith("sqlite:"):
            raise LogCorrupt(f"{path}: not a poolwise log, or damaged")
        source = path
    columns = Columns(action, reward, propensity, tuple(context), wanted.column)
    return _answer(fold_table(open_table(source), columns, wanted, tell), str(wanted), level)


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
