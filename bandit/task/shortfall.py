"""What the look-ahead fails to see: the mean of what came of asking a pool, less what was foreseen.

The look-ahead sees a few labels ahead, so it takes a pool whose labels are cheap and often repeated
for less than it is. Where pools of both kinds can be asked, that matters little, since the cheap
one is asked first; to wait for the other would be wrong.
"""

from __future__ import annotations

import math

import msgspec

LEAST = 20
"""Tasks from which a mean is believed."""
LEAST_WEIGHT = 0.0025
"""Weight of the newest task: the last four hundred count."""
ERRORS = 2.0
"""Standard errors that are added to a mean: a pool that is never asked again isn't measured again,
so one that seemed poor by chance would stay so."""
MOST_LABELS = 3
"""Numbers of labels at the time of asking that are told apart; from then on, they are alike."""
DIGITS = 6


class Shortfall(msgspec.Struct, omit_defaults=True):
    """Number of tasks and the mean, in units of a right answer's worth.

    Examples
    --------
    >>> shortfall = Shortfall()
    >>> shortfall.note(0.1)
    >>> shortfall.note(0.3)
    >>> shortfall.mean
    0.2
    """

    tasks: int = 0
    mean: float = 0.0
    variance: float = 0.0

    def note(self, difference: float) -> None:
        """Note by how much what came of asking exceeds what was foreseen."""
        self.tasks += 1
        weight = max(LEAST_WEIGHT, 1.0 / self.tasks)
        off = difference - self.mean
        self.mean = round(self.mean + weight * off, DIGITS)
        self.variance = round((1.0 - weight) * (self.variance + weight * off * off), DIGITS)

    def most(self) -> float:
        """Return the mean with what may be missing of it by chance."""
        weight = max(LEAST_WEIGHT, 1.0 / max(1, self.tasks))
        return self.mean + ERRORS * math.sqrt(self.variance * weight)


def key_of(pool: str, labels: int) -> str:
    r"""Return the key of a pool that is asked about a task with so many labels.

    Examples
    --------
    >>> key_of("a", 7)
    'a\x1f3'
    """
    return f"{pool}\x1f{min(labels, MOST_LABELS)}"
