"""Variance of a mean over replays: between logs, and between replays of one log.

A replay's value varies with what its learner happened to see (σ²_h), and all replays
vary with the log together (σ²_l). The mean of R replays of one log has the variance

    σ²_l + σ²_h / R,

where σ²_h is seen between replays, which walk the rows in orders of their own, and σ²_l between
groups of rows: each row's DR score, averaged over the replays, is a row's share in the mean. That
is how the log values policies; it also teaches them, which replays of one log share in part: ρ σ²_h
is added, with

    ρ = c min(1, 4e),

c being the chance that a row is accepted and e the share of decisions that explore. A learner that
explores much learns a little from each of many rows, and replays meet with chance c; one that
explores little hangs by a few early rows, which they don't share. Measured over explorers, rates
and two c, see `LINK`. With one replay there is only the chance of rows, and the interval is about
this replay alone.

Degrees of freedom by Satterthwaite (1946), Biometrics Bulletin 2(6), 110-114.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from replay.intervals.simultaneous import joint_level
from replay.intervals.student import quantile

if TYPE_CHECKING:
    from replay.learning.rejection_replay import Walk
    from replay.numerics.arrays import Floats


class Bounds(NamedTuple):
    """m values with an interval each; `level` is that of each, so that all hold together."""

    value: Floats
    low: Floats
    high: Floats
    error: Floats
    level: float


LINK = 4.0
"""What e is multiplied with; chosen by these measurements of ρ/c between 150 logs, four rates of
epsilon_greedy and three each of the others. Logs of 3,000 rows, c = .2: -.3 to .4 at e up to .08,
.2 to .6 from .16 to .18, .5 to 1.1 from .3 to .45. Of 2,000 rows, c = .5: .1 to .6 at e up to .1, 1
to 1.9 beyond. Their standard errors are .1 to .9."""


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """m estimates, and what each part of the evidence adds to them.

    `groups`, shape (g, m), are the shares of groups of rows in each estimate, less what they would
    be at the mean; `replays`, shape (R, m), those of replays. Sums of their squares are
    variances; estimates are subtracted by subtracting them.
    """

    value: Floats
    groups: Floats
    replays: Floats

    def of(self, weights: Floats) -> Spread:
        """Linear combinations of the estimates: `weights` has shape (m, new m)."""
        return Spread(self.value @ weights, self.groups @ weights, self.replays @ weights)

    def variances(self) -> tuple[Floats, Floats]:
        """Variance by the log and by the replays, shape (m,) each."""
        g = max(len(self.groups), 2)
        return (self.groups**2).sum(axis=0) * g / (g - 1), (self.replays**2).sum(axis=0)

    def bounds(self, level: float) -> Bounds:
        """Intervals that all hold together at `level`."""
        each = joint_level(np.concatenate([self.groups, self.replays]), level)
        log, replays = self.variances()
        total = log + replays
        half = np.zeros_like(total)
        for at in np.flatnonzero(total > 0):
            freedom = total[at] ** 2 / (
                log[at] ** 2 / max(len(self.groups) - 1, 1)
                + replays[at] ** 2 / max(len(self.replays) - 1, 1)
            )
            half[at] = quantile(float(freedom), each) * np.sqrt(total[at])
        return Bounds(self.value, self.value - half, self.value + half, np.sqrt(total), each)


def spread(walked: Walk) -> Spread:
    """Estimates of all candidates of a walk, with their spread."""
    by_replay = walked.value()
    value = by_replay.mean(axis=1)
    rows, scores = walked.groups
    seen = rows.sum(axis=1) > 0
    groups = (scores[seen] - value * rows[seen]) / rows.sum(axis=0)
    r = by_replay.shape[1]
    away = (by_replay - value[:, None]).T / np.sqrt(max(r - 1, 1))
    return Spread(value, groups, away * np.sqrt(1.0 / r + shared(walked)))


def shared(walked: Walk) -> Floats:
    """ρ of each candidate, shape (C,): what replays share of the variance between replays."""
    explores = (walked.sums[9] / walked.sums[0]).reshape(-1, walked.replays).mean(axis=1)
    rho: Floats = walked.acceptance * np.minimum(LINK * explores, 1.0)
    return rho


def logged_share(walked: Walk, group_rows: Floats, group_rewards: Floats) -> Spread:
    """The mean of the log as one more estimate of `spread`.

    `group_rows` and `group_rewards` count the log's rows and sum their rewards by group.
    """
    seen = walked.groups[0].sum(axis=1) > 0
    value = group_rewards.sum() / group_rows.sum()
    groups = (group_rewards - value * group_rows)[seen, None] / group_rows.sum()
    return Spread(np.array([value]), groups, np.zeros((walked.replays, 1)))


def beside(a: Spread, b: Spread) -> Spread:
    """Put the estimates of the same log side by side."""
    return Spread(
        np.concatenate([a.value, b.value]),
        np.concatenate([a.groups, b.groups], axis=1),
        np.concatenate([a.replays, b.replays], axis=1),
    )
