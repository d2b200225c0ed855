"""Results of an evaluation: estimates with intervals, diagnostics and the verdict."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from replay.tables.values.unusable import Unusable

if TYPE_CHECKING:
    from replay.checks.check_result import CheckResult
    from replay.results.judgement import Judgement
    from replay.results.money import Money
    from replay.stats.action_stats import Overlap
    from replay.stats.weight_stats import Diagnostics


@dataclass(frozen=True, slots=True)
class Estimate:
    """One estimator's answer.

    `interval` is the rule that low and high were made by, `setting` what the estimator chose for
    itself, such as the largest weight that it lets stand.
    """

    estimator: str
    value: float | None
    low: float
    high: float
    level: float
    interval: str
    setting: str = ""


@dataclass(frozen=True, slots=True)
class SliceEstimate:
    """The rows where a column has one value: what the target would have earned there.

    `estimate` and `gain` (the target less what was logged) are `None` where the slice can't answer;
    `judgement` says why.
    """

    column: str
    value: str
    rows: int
    estimate: Estimate | None
    gain: Estimate | None
    judgement: Judgement

    @property
    def verdict(self) -> str:
        """The judgement in words: `good`, `weak: why` or `cannot answer: why`."""
        return self.judgement.text

    @property
    def name(self) -> str:
        """The column and its value."""
        return f"{self.column} = {self.value}"


@dataclass(frozen=True, slots=True)
class Weights:
    """Rows whose weight is from `low` up to `high`, and their share of all weight."""

    low: float
    high: float
    rows: int
    share: float


@dataclass(frozen=True, slots=True)
class Point:
    """The estimate from the first `rows` rows alone, with its standard error.

    `time` is the latest in them, as the log writes times: a number, or ISO 8601; `None` where the
    log says none.
    """

    rows: int
    value: float
    error: float
    time: float | str | None = None


@dataclass(frozen=True, slots=True)
class LearnerReplay:
    """How a target that learns was evaluated: its value is over the first `horizon` of its choices.

    Attributes
    ----------
    policy
        What its TOML says, in short.
    horizon
        T', the number of its own choices that it learned from, beginning with an empty memory;
        `None`, as the next three, where the log was not walked at all.
    replays
        Replays that the value is a mean of.
    words
        What the interval is of: all replays, or the only one.
    passed
        Rows visited per replay, on average; the diagnostics are of them.
    """

    policy: str
    horizon: int | None = None
    replays: int | None = None
    words: str | None = None
    passed: int | None = None


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
    gain
        What the target earns more than was logged, with the interval of the difference; `None`
        where refused, or where no estimator of it was summed.
    judgement
        Whether the log can answer, why not, and every check behind that; `verdict` is its text.
    overlap
        By action, how often it was logged and wanted; what is wanted most comes first.
    weights, curve
        The weights' histogram, and the estimate as it came about over the length of the log.
    slices
        One per value of every column that was sliced by.
    notes
        What the reader must know to read the numbers.
    unusable
        Rows of a table that were left out, by reason.
    money
        Of our own log, what the target earns more in quality, dollars and delay, and by slice.
    learning
        Of a target that learns, how long and how often it did; its value is no mean over the log's
        rows, and not to be held against one.
    estimand
        Of our own log, the name of what is estimated: `single_task` (each task decided by the
        target alone, all others as logged), `single_ask`, or `logged`; empty of tables.
    reward
        Of a table, the column or the sum of columns that values are means of.
    """

    rows: int
    unit: str
    logging: Estimate
    target: str
    estimates: tuple[Estimate, ...]
    diagnostics: Diagnostics
    judgement: Judgement
    default: str
    withheld: tuple[Estimate, ...] = ()
    gain: Estimate | None = None
    overlap: tuple[Overlap, ...] = ()
    weights: tuple[Weights, ...] = ()
    curve: tuple[Point, ...] = ()
    slices: tuple[SliceEstimate, ...] = ()
    notes: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    unusable: Unusable = field(default_factory=Unusable)
    money: Money | None = None
    learning: LearnerReplay | None = None
    estimand: str = ""
    reward: str = ""

    @property
    def estimate(self) -> Estimate | None:
        """The default estimator's answer; `None` where refused."""
        return next((e for e in self.estimates if e.estimator == self.default), None)

    @property
    def value(self) -> float | None:
        """The default estimator's value; `None` where refused."""
        return None if self.estimate is None else self.estimate.value

    @property
    def low(self) -> float | None:
        """Lower end of its interval; `None` where refused."""
        return None if self.estimate is None else self.estimate.low

    @property
    def high(self) -> float | None:
        """Upper end of its interval; `None` where refused."""
        return None if self.estimate is None else self.estimate.high

    @property
    def verdict(self) -> str:
        """The judgement in words: `good`, `weak: why` or `cannot answer: why`."""
        return self.judgement.text

    @property
    def findings(self) -> tuple[CheckResult, ...]:
        """Every check behind the verdict, each `good`, `weak` or `broken`."""
        return self.judgement.findings

    @property
    def refused(self) -> bool:
        """Whether the log can't answer."""
        return self.judgement.refused


@dataclass(frozen=True, slots=True)
class Difference:
    """What `target` earns more than `than` on the same rows; `None` where one was refused.

    Of two targets that learn, over the same horizon and in the same replays.
    """

    target: str
    than: str
    estimate: Estimate | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Several targets on one log; intervals hold for all of them together.

    `differences` are of each but the first from the first, paired row by row (on our own log task
    by task); targets that learn differ from the first that learns, and have no difference from the
    others.
    """

    evaluations: tuple[Evaluation, ...]
    differences: tuple[Difference, ...]

    @property
    def refused(self) -> bool:
        """Whether the log can answer for none of them."""
        return all(evaluation.refused for evaluation in self.evaluations)
