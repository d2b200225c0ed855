"""A closed task of a log: its answer, what it cost, and how it came about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from replay.labelers.judged_label import JudgedLabel


class PoolAsk(NamedTuple):
    """An ask of a pool of labelers: its probabilities, and the label that came, if one did.

    `label` says what is known of it. `usd` is what was paid.
    """

    pool: str
    pmf: Mapping[str, float]
    usd: float
    delay_s: float | None
    label: JudgedLabel | None


class Step(NamedTuple):
    """A decision: labels so far, the answer and confidence then, and what its ask cost.

    `forgone_usd` is what the policy gave up by not choosing the best option, in expectation over
    its probabilities, by the values that it logged; `None` where it logged none. `explores` says
    that another option than the best was drawn, `beside` that other labels were awaited then.
    """

    labels: int
    answer: str | None
    confidence: float
    usd: float
    forgone_usd: float | None
    explores: bool
    beside: bool = False


@dataclass(frozen=True, slots=True)
class ClosedTask:
    """A task with a verdict; money in US dollars, times in seconds.

    `answer`, `confidence` and `posterior` are of the first verdict, which audits judge; `delay_s`
    is the time until then. `label_usd` is the price of all its labels, `expert_usd` that of audits
    and other answers of experts. `audit_chance` is the probability of an audit whose gold has
    come, 0 where there can be none; `right` is what such an audit found.
    """

    task: str
    project: str
    policy: str
    at: float
    closed_at: float
    answer: str | None
    confidence: float
    posterior: Mapping[str, float]
    basis: str
    why: str
    worth_usd: float
    delay_s: float
    on_time: bool | None
    label_usd: float
    expert_usd: float
    audit_chance: float
    right: bool | None
    asks: tuple[PoolAsk, ...]
    steps: tuple[Step, ...]
    features: Mapping[str, str]

    @property
    def usd(self) -> float:
        """Price of its labels and of experts."""
        return self.label_usd + self.expert_usd

    @property
    def labels(self) -> int:
        """Labels that came, without those of experts."""
        return sum(ask.label is not None for ask in self.asks)
