"""Whether the log can answer: by how much of it speaks about the target, never by the estimate.

pESS, where both pmfs are known: refused below 30, weak below 100 (part 6 of our statistics).

Observed effective sample, where they are not: refused below 60, weak below 200. Twice as much, for
it is a bad judge: logs that missed the large weights by luck look healthy.

Effective rewards (Σwr)²/Σ(wr)², where rewards are never negative: refused below 5, weak below 20.
Our statistics refuse below 10; measured with the default intervals (Wilson, max variance; uniform
target, rates of .2 to 3 %, effective sample 445 to 4,152 of 3,000 to 10,000 rows, 2,800 logs), the
95 % interval of DR held the truth in .98 of 708 logs with 5 to 10 effective rewards, .96 of 177
with 3 to 5, .92 of 66 with fewer. So from 5 on a log says something, if little, and is called weak.

Rows without support: refused above 1 % of the rows, weak if any. What was never done there may be
worth anything; 1 % of the rows can move a mean of rewards between 0 and 1 by .01 at most.

Mean weight 4 standard errors from 1, with full support: weak, the logged propensities are not
those that were used. Not 3, for the mean of heavy weights is skewed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from replay.diagnostics import Diagnostics

PESS = (30.0, 100.0)
ESS = (60.0, 200.0)
EVENTS = (5.0, 20.0)
NO_SUPPORT_SHARE = 0.01
MEAN_WEIGHT_ERRORS = 4.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """`good`, `weak: why` or `cannot answer: why`."""

    text: str

    @property
    def refused(self) -> bool:
        """Whether no estimate is given."""
        return self.text.startswith("cannot answer")


def judge(found: Diagnostics, rows: int, target: str, unit: str = "row") -> Verdict:
    """Judge a log by its diagnostics; the first of the worst reasons is given.

    Examples
    --------
    >>> from replay.diagnostics import Diagnostics
    >>> judge(Diagnostics(40.0, 0.04, 1.0, 25.0, 0, 12.0, None, 0.1), 1000, "uniform").text
    'cannot answer: the log is worth only 40 rows about uniform, and 60 are needed'
    """
    weak, refused = [], []

    def compare(value: float | None, limits: tuple[float, float], say: str) -> None:
        if value is None:
            return
        if value < limits[0]:
            refused.append(say.format(value=value, least=limits[0]) + " are needed")
        elif value < limits[1]:
            weak.append(say.format(value=value, least=limits[1]) + " would be good")

    share = found.no_support_rows / rows if rows else 0.0
    lacking = (
        f"{target} does what the log could not do in {found.no_support_rows} of {rows} {unit}s"
    )
    if share > NO_SUPPORT_SHARE:
        refused.append(lacking)
    elif share > 0:
        weak.append(lacking)
    worth = f"the log is worth only {{value:.3g}} {unit}s about {target}, and {{least:.0f}}"
    if found.pess is None:
        compare(found.ess, ESS, worth)
    else:
        compare(found.pess, PESS, worth)
    compare(
        found.effective_events,
        EVENTS,
        f"only {{value:.1f}} effective rewards speak about {target}, and {{least:.0f}}",
    )
    mean, error = found.mean_weight, found.mean_weight_error
    if (
        mean is not None
        and error is not None
        and abs(mean - 1) > MEAN_WEIGHT_ERRORS * error + 1e-6
        and not found.no_support_rows
    ):
        weak.append(f"the mean weight is {mean:.3g}, not 1: are the propensities those used?")
    if refused:
        return Verdict(f"cannot answer: {refused[0]}")
    return Verdict(f"weak: {'; '.join(weak)}" if weak else "good")
