"""Gains of a target over what was logged: quality, dollars and delay, in total and by slice.

A gain in quality is called accuracy only where gold says so; else it is agreement, a proxy, and the
dollars stand alone. Why: part 1 of our statistics. A headline has accuracy only where its interval
is narrow enough (`Audits.precise`). All figures are per task, what the target has more than the
log, with their intervals; those of slices hold together.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, isfinite
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from replay.numerics.amount import Amount
    from replay.results.judgement import Judgement


@dataclass(frozen=True, slots=True)
class Component:
    """A part of the gain, per task.

    Attributes
    ----------
    name
        `accuracy` where audits say it, else `agreement` (and `correction`, what too little gold
        adds to it); `usd` paid for labels; `delay_s` to the verdict.
    unit
        `right answers` (1 is 100 points), `usd` or `s`.
    logged
        Mean of what was logged.
    gain
        What the target has more of it.
    gain_usd
        What that adds to the gain in dollars; all of these sum to the gain. `None` where it has
        no price.
    """

    name: str
    unit: str
    logged: float
    gain: Amount
    gain_usd: Amount | None

    @property
    def target(self) -> float:
        """Mean under the target."""
        return self.logged + self.gain.value


@dataclass(frozen=True, slots=True)
class Audits:
    """How much gold there is, and what it cost.

    Attributes
    ----------
    drawn, gold
        Tasks that were drawn for an audit, and those of them whose gold has come.
    effective
        What those with gold are worth about the target, as effective sample.
    needed
        From how many on quality is accuracy.
    usd
        What audits cost per task of the log.
    unpriced
        Gold of a price that is neither in the log nor was given; it counts as free.
    half_width
        Of the interval of the gain in accuracy, as a share of right answers (0.02 is 2 points);
        `None` where no gold has come, or the log can't answer.
    widest
        Half width up to which accuracy is a headline.
    alone
        How many audits it would take for the same variance without the confidence of all tasks.
    """

    drawn: int
    gold: int
    effective: float
    needed: float
    usd: float
    unpriced: int
    half_width: float | None = None
    widest: float = 0.02
    alone: float | None = None

    @property
    def enough(self) -> bool:
        """Whether quality may be called accuracy."""
        return self.effective >= self.needed

    @property
    def precise(self) -> bool:
        """Whether the gain in accuracy is known well enough for a headline."""
        return self.enough and self.half_width is not None and self.half_width <= self.widest

    @property
    def wanted(self) -> int | None:
        """About how many audits would make it precise; `None` where nothing says how many.

        The half width shrinks with the square root of the audits, in a log that grows with them.
        """
        if self.half_width is None or not isfinite(self.half_width) or not self.effective:
            return None
        by_width = (self.half_width / self.widest) ** 2
        return ceil(self.gold * max(by_width, self.needed / self.effective, 1.0))


@dataclass(frozen=True, slots=True)
class Statement:
    """What a target earns more on some tasks; nothing but counts where they can't say it.

    Attributes
    ----------
    tasks
        How many.
    judgement
        Whether these tasks can answer, by their weights; `verdict` is its text.
    gain
        Worth of quality less dollars and delay, in dollars.
    net
        The gain less what the audits cost.
    saved, net_saved
        Dollars for labels that the target pays less, and that less what the audits cost.
    components
        The parts of the gain.
    audits
        How much gold there is.
    agreement
        The mean confidence of the verdicts, a proxy of accuracy: what is shown in its place where
        that isn't known closely.
    """

    tasks: int
    judgement: Judgement
    gain: Amount | None
    net: Amount | None
    saved: Amount | None
    net_saved: Amount | None
    components: tuple[Component, ...]
    audits: Audits
    agreement: Component | None = None

    @classmethod
    def refused(cls, tasks: int, judgement: Judgement, audits: Audits) -> Statement:
        """State nothing but the counts, because the tasks can't answer."""
        return cls(
            tasks=tasks,
            judgement=judgement,
            gain=None,
            net=None,
            saved=None,
            net_saved=None,
            components=(),
            audits=audits,
        )

    @property
    def verdict(self) -> str:
        """The judgement in words: `good`, `weak: why` or `cannot answer: why`."""
        return self.judgement.text


@dataclass(frozen=True, slots=True)
class SliceStatement:
    """Tasks that have a trait in common; `by` is its name."""

    by: str
    value: str
    statement: Statement


@dataclass(frozen=True, slots=True)
class Money:
    """What a target earns more than was logged; `headline` is what may be said of it first.

    `accuracy_known` says whether the headline has accuracy, and dollars that rest on it; where not,
    it has dollars for labels and agreement.
    """

    target: str
    level: float
    headline: str
    whole: Statement
    slices: tuple[SliceStatement, ...] = ()
    accuracy_known: bool = False
