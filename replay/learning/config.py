"""Configuration of a replay: horizon, acceptance and order of the rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bandit.counted import counted
from bandit.errors import BadValue, CannotAnswer
from replay.learning.options import REPLAYS
from replay.learning.rejection_replay import Plan, acceptance_of, horizon_of
from replay.learning.stationarity import any_order
from replay.order.row_order import OUT_OF_ORDER

if TYPE_CHECKING:
    from replay.learning.memory_log import ReplayLog

LEAST_HORIZON = 100
"""Accepted rows below which a replay has hardly begun."""

SURE = 1 - 1e-9

LEARNER = (
    "each learner predicts the reward of every action by an online ridge regression on the"
    " context; the worker's own model (logistic regression in Vowpal Wabbit) differs a little"
)
"""Said with every answer about a policy that learns."""


@dataclass(frozen=True, slots=True)
class Walking:
    """How learners are to walk a log."""

    horizon: int | None = None
    replays: int = REPLAYS
    percentile: float = 0.0
    seed: int = 0
    worth: float = 1.0

    def check(self) -> None:
        """Refuse numbers out of range; whether the log is long enough for a horizon is `plan`'s.

        Raises
        ------
        BadValue
            If the percentile or the worth is out of range, or there are no replays.
        """
        rules = [
            ("replays", self.replays, self.replays >= 1, "1 or more"),
            ("percentile", self.percentile, 0 <= self.percentile < 0.5, "0 or more and below 0.5"),
            ("worth", self.worth, 0 < self.worth < float("inf"), "above 0"),
        ]
        for name, value, holds, wanted in rules:
            if not holds:
                raise BadValue(f"{name} is {value:g}, must be {wanted}")

    def plan(self, held: ReplayLog, *, learned: bool = False) -> tuple[Plan, tuple[str, ...]]:
        """Plan the walk, and say what the reader must know of it.

        `learned` says that the log was written by a policy that learned.

        Raises
        ------
        CannotAnswer
            If too few rows would be accepted, the log did what it did for sure, or its rows are
            those of a policy that learned, in another order than that of logging.
        """
        if held.order.unusable:
            raise CannotAnswer(OUT_OF_ORDER)
        if held.pmf is None and (held.propensity > SURE).mean() > 0.01:
            raise CannotAnswer(
                "the logging policy could take only the logged action in"
                f" {counted(int((held.propensity > SURE).sum()), 'row')} (propensity 1): nothing is"
                " known of other actions"
            )
        acceptance = acceptance_of(held.propensity, self.percentile)
        most = horizon_of(len(held), acceptance)
        horizon = most if self.horizon is None else self.horizon
        if most < LEAST_HORIZON:
            raise CannotAnswer(
                f"{len(held):,} rows with a smallest propensity of {acceptance:.2g} allow a"
                f" horizon of T' = {max(most, 0)} accepted decisions (at least {LEAST_HORIZON}"
                " required)" + self._way_out(held)
            )
        if not LEAST_HORIZON <= horizon <= most:
            raise CannotAnswer(
                f"a horizon of {horizon:,} accepted decisions: {len(held):,} rows allow"
                f" {LEAST_HORIZON} to {most:,} (acceptance probability {acceptance:.2g})"
            )
        shuffled = not learned and (any_order(held) or not held.order.logged)
        replays = self.replays if shuffled else 1
        plan = Plan(
            acceptance=acceptance,
            horizon=horizon,
            replays=replays,
            shuffled=shuffled,
            seed=self.seed,
            worth=self.worth,
        )
        return plan, self._notes(held, plan, learned=learned)

    def _way_out(self, held: ReplayLog) -> str:
        for percentile in (0.001, 0.01, 0.05, 0.1, 0.2):
            acceptance = acceptance_of(held.propensity, percentile)
            if percentile > self.percentile and horizon_of(len(held), acceptance) >= LEAST_HORIZON:
                return f"; --percentile {percentile:g} would allow enough (see its help)"
        return ": use a longer log, or one with more exploration"

    def _notes(self, held: ReplayLog, plan: Plan, *, learned: bool) -> tuple[str, ...]:
        notes = []
        if len(held) < held.whole:
            notes.append(
                f"{len(held):,} of {held.whole:,} rows are used, evenly spaced: more don't fit in"
                " memory"
            )
        if held.unseen:
            notes.append(
                f"learners see the {held.features.shape[1] - 1:,} most frequent features of the"
                f" context, {held.unseen:,} {'is' if held.unseen == 1 else 'are'} left out"
            )
        if self.percentile:
            notes.append(
                f"rows with a propensity below {plan.acceptance:.3g}"
                f" ({100 * self.percentile:.2f} % of them) count as several where the policy"
                " takes them more often than they can be accepted: replays are a little noisier"
                " than a live run"
            )
        if learned:
            why = "the log was written by a policy that learned"
        else:
            why = "the log is not stationary (its policy learned, or rewards drift)"
        if not plan.shuffled:
            notes.append(
                f"{why}, so it is replayed once, in its own order: intervals are for {ONE_REPLAY}"
            )
        return tuple(notes)


ONE_REPLAY = "this replay only"
"""Where one replay was possible, so that the variance between replays isn't known."""


def units(worth: float) -> str:
    """Say what rates are in.

    Examples
    --------
    >>> units(1.0)[:61]
    'rates of inverse_gap and softmax are for values in units of 1'
    """
    return (
        f"rates of inverse_gap and softmax are for values in units of {worth:g} of this log's"
        " reward; the worker's rates are in units of the worth of a correct answer: give that as"
        " --worth to use the same rates"
    )


def words_of(replays: int) -> str:
    """Say what an interval is of.

    Examples
    --------
    >>> words_of(10), words_of(1)
    ('over 10 replays', 'this replay only')
    """
    return f"over {replays:,} replays" if replays > 1 else ONE_REPLAY
