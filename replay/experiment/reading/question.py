"""What is asked of a test's log, and the intervals that follow from it.

With k arms beside the control each has the level 1 − (1 − level)/k, so that all arms' intervals of
one metric hold together; slices divide it once more among themselves (Bonferroni: at all looks,
max-t quantiles of several correlated sequences aren't known).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bandit.errors import BadValue, nearest
from replay.aggregate.joint_levels import family_level
from replay.experiment.arms.difference import BEST_AT, Looks, difference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.experiment_settings import ExperimentSettings, Unit
    from replay.experiment.arms.difference import Effect
    from replay.experiment.arms.guards import Guard
    from replay.experiment.arms.unit_sums import UnitSums
    from replay.experiment.tasks.arm_log import ArmLog
    from replay.numerics.amount import Amount


class Question(NamedTuple):
    """What is asked of a test's log, beside what `Asked` says.

    `shares` are the declared ones by arm, `planned` the planned number of units of all arms;
    `settings` are the test's, to draw every arm again; `aa` is the number of A/A tests.
    """

    unit: Unit = "task"
    metric: str | None = None
    guards: tuple[Guard, ...] = ()
    least: float = 0.0
    shares: Mapping[str, float] | None = None
    settings: ExperimentSettings | None = None
    planned: int | None = None
    level: float = 0.95
    once: bool = False
    settled: bool = False
    adjusted: bool = True
    aa: int = 0


class Reader(NamedTuple):
    """A log with a question, and what follows from both."""

    log: ArmLog
    question: Question
    units: UnitSums
    used: UnitSums
    metric: str
    shares: Mapping[str, float]

    @property
    def pairs(self) -> list[tuple[str, tuple[int, int]]]:
        """Each arm beside the control, with the numbers of both."""
        return [(name, (0, number)) for number, name in enumerate(self.log.arms) if number]

    def control_share(self, pair: tuple[int, int]) -> float:
        """Share of a pair's units that the control gets."""
        control, arm = (self.shares[self.log.arms[number]] for number in pair)
        return control / (control + arm)

    def looks(self, pair: tuple[int, int], slices: int = 1) -> Looks:
        """How a pair's intervals may be looked at, if so many slices hold together."""
        level = family_level(self.question.level, 1, len(self.pairs))
        best_at = float(BEST_AT[self.question.unit])
        if self.question.planned is not None:
            names = [self.log.arms[number] for number in pair]
            best_at = self.question.planned * sum(self.shares[name] for name in names)
        return Looks(family_level(level, 1, slices), max(best_at, 1.0), self.question.once)

    def effect(
        self, metric: str, pair: tuple[int, int], units: UnitSums | None = None
    ) -> Effect | None:
        """Return the difference of a pair, of all units or some."""
        units = self.used if units is None else units
        if metric not in units.metrics:
            return None
        return difference(units, metric, pair, self.looks(pair), adjusted=self.question.adjusted)


def shares_of(log: ArmLog, question: Question) -> Mapping[str, float]:
    """Return the declared shares, or equal ones where none are."""
    shares = question.settings.shares() if question.settings else question.shares
    if shares is None:
        return dict.fromkeys(log.arms, 1.0 / len(log.arms))
    for arm in log.arms:
        if arm not in shares:
            raise BadValue(f"the log's arm {arm!r} has no declared share{nearest(arm, shares)}")
    return shares


def amount_of(effect: Effect | None) -> Amount | None:
    """Return an effect's estimate with its interval."""
    return None if effect is None else effect.amount
