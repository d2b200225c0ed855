"""Track records of labelers and pools: exponentially decayed sums, shrunk to a prior.

With `right` and `total` the decayed sums over a labeler's judged labels,

    rate(labeler) = (right + strength * rate(pool)) / (total + strength),

and a pool's rate is shrunk in the same way towards `START`. By the decay, a labeler who gets worse
is noticed. Labels are judged by gold, or by the posterior from the *other* labels of the task.
"""

from __future__ import annotations

import msgspec

from bandit.limits.paid_prices import Paid

START = 0.75
"""Prior rate of a pool: crowd labelers are right 55 % to 90 % of the time."""
POOL_STRENGTH = 20.0
LABELER_STRENGTH = 8.0
LABELER_DECAY = 0.995
"""Effective memory of 200 labels: a labeler's accuracy changes within days."""
POOL_DECAY = 0.999
SESSION_GAP_S = 1800.0
"""A pause longer than this begins a new session."""


class TrackRecord(msgspec.Struct, gc=False, array_like=True):
    """Decayed sums of one labeler or one pool; times are `None` before the first label.

    `seen_day` is the day of the last reward about a labeler, since 1970 in UTC; `streak` is the
    number of the last labels that were all more likely right than not, below 0 if not; `paid` is
    what a pool's last labels cost; `cut` counts its asks that ended without a label, and `idle` the
    seconds that their labels are taken for. Saved by position: new fields come last.

    Examples
    --------
    >>> record = TrackRecord()
    >>> for _ in range(5):
    ...     record.judge(1.0, LABELER_DECAY, gold=False)
    >>> round(record.rate(0.75, LABELER_STRENGTH), 3)
    0.846
    """

    right: float = 0.0
    total: float = 0.0
    golds: int = 0
    asks: float = 0.0
    expired: float = 0.0
    seconds: float = 0.0
    timed: float = 0.0
    last_at: float | None = None
    session: int = 0
    seen_day: int | None = None
    streak: int = 0
    paid: Paid = ()
    idle: float = 0.0
    cut: float = 0.0

    def judge(self, quality: float, decay: float, *, gold: bool) -> None:
        """Count one label that was right with chance `quality`."""
        self.right = self.right * decay + quality
        self.total = self.total * decay + 1.0
        self.golds += gold
        if quality >= 0.5:
            self.streak = self.streak + 1 if self.streak > 0 else 1
        else:
            self.streak = self.streak - 1 if self.streak < 0 else -1

    def rate(self, towards: float, strength: float) -> float:
        """Share of labels that are right, shrunk `towards` a rate worth `strength` labels."""
        return (self.right + strength * towards) / (self.total + strength)

    def answer(self, at: float, delay_s: float, decay: float) -> None:
        """Count one label that came at `at` after `delay_s`."""
        self.session = self.in_session(at) + 1
        self.last_at = at if self.last_at is None else max(at, self.last_at)
        self.seconds = self.seconds * decay + delay_s
        self.timed = self.timed * decay + 1.0
        self.idle *= decay
        self.cut *= decay

    def in_session(self, at: float) -> int:
        """Labels so far in the session that `at` belongs to."""
        new = self.last_at is None or at - self.last_at > SESSION_GAP_S
        return 0 if new else self.session

    def asked(self, decay: float, unanswered_s: float | None) -> None:
        """Count one ask that has ended, if without a label after so many seconds."""
        self.asks = self.asks * decay + 1.0
        self.expired = self.expired * decay + (unanswered_s is not None)
        if unanswered_s is not None:
            ended = self.timed + self.cut
            mean_s = (self.seconds + self.idle) / ended if ended else unanswered_s
            self.idle += unanswered_s + _further_s(unanswered_s, mean_s)
            self.cut += 1.0

    def delay_s(self, usual_s: float, strength: float = 5.0) -> float:
        """Mean delay in seconds, shrunk towards `usual_s`."""
        return (self.seconds + strength * usual_s) / (self.timed + strength)

    def wait_s(self, usual_s: float, strength: float = 5.0) -> float:
        """Mean wait for a label in seconds, shrunk towards `usual_s`.

        An ask that ended without a label, because it expired, was declined or its task had ended,
        counts for the time that it waited and what a label would have taken from then on.
        """
        waited = self.seconds + self.idle
        return (waited + strength * usual_s) / (self.timed + self.cut + strength)

    def expiry_share(self) -> float:
        """Share of asks that expired, shrunk towards none."""
        return self.expired / (self.asks + POOL_STRENGTH)


def _further_s(waited_s: float, mean_s: float) -> float:
    """Return how much longer a label takes on average that hasn't come after `waited_s`.

    Delays are taken for gamma distributed with shape 2, whose spread (.7 of the mean) is that of
    most people's: the mean residual life then falls from the mean to half of it.
    """
    if mean_s <= 0.0:
        return 0.0
    return 0.5 * mean_s * (1.0 + 1.0 / (1.0 + 2.0 * waited_s / mean_s))
