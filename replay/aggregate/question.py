"""Question asked of a log: its rows in pieces, the targets, and the estimators that are wanted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from replay.estimators.registry import estimators_for, need_model
from replay.stats.reward_scale import RewardScale

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from replay.estimators.estimator import Estimator
    from replay.models.features import Features
    from replay.numerics.reward_kind import RewardKind
    from replay.tables.rows import Rows
    from replay.targets.target import TargetPolicy


class RowSource(Protocol):
    """A log in pieces, to be read as often as needed; plain data, if others are to read it."""

    @property
    def pieces(self) -> Sequence[Any]:
        """All of it once, in order."""

    def read(self, piece: Any) -> Iterator[Rows]:
        """Read usable rows in order, with their numbers in the log."""

    def to_learn(self, piece: Any) -> Iterator[Rows]:
        """Read what models are fitted from: action, reward, context, logged chances and number."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a log: plain data.

    Attributes
    ----------
    actions
        All that the log names.
    kind
        `binary`, `positive` or `real`: what rewards are.
    features
        What a model of the reward may know of a row.
    targets
        Policies to evaluate; differences are from the first.
    known
        Of each target, whether its chance of every action is known, or only of the logged one.
    length
        Rows of the log, unusable ones included.
    clustered
        Whether rows of a group may be correlated.
    only
        Names of the estimators that are wanted; all if there are none.
    histogram_kept
        Whether IPS keeps what betting needs.
    floor
        Logged chances up to this are no support: 0, or what estimates were raised to.
    limits
        The declared range of the rewards, if there is one.
    centre
        A location of the rewards, which models measure from.
    timed
        Whether the rows are known to be in the order of logging.
    learned
        Whether a policy that learned is known to have logged them.
    predictable
        Whether models of earlier rows are wanted wherever the order allows: what holds at all looks
        together rests on scores that no later row has a say in.
    scale
        How the source measures rewards.
    """

    actions: tuple[str, ...]
    kind: RewardKind
    features: Features
    targets: tuple[TargetPolicy, ...]
    known: tuple[bool, ...]
    length: int
    clustered: bool = False
    only: tuple[str, ...] = ()
    histogram_kept: bool = False
    floor: float = 0.0
    limits: tuple[float, float] | None = None
    centre: float = 0.0
    timed: bool = False
    learned: bool = False
    predictable: bool = False
    scale: RewardScale = field(default_factory=RewardScale)

    def estimators(self, at: int) -> tuple[Estimator, ...]:
        """Return the estimators of one target, empty."""
        return estimators_for(
            self.targets[at],
            self.only,
            pmf_known=self.known[at],
            histogram_kept=self.histogram_kept,
            limits=self.limits,
            scale=self.scale,
        )

    def needs_model(self) -> bool:
        """Whether any estimator of any target needs a model of the reward."""
        return any(need_model(self.estimators(at)) for at in range(len(self.targets)))
