"""Whether the log can answer: by how much of it speaks about the target, never by the estimate.

Every check is good, weak or broken, with a sentence that says what was found and what to do. One
that is broken refuses an answer.

worth        pESS, where both pmfs are known: broken below 30, weak below 100 (part 6 of our
             statistics). Observed effective sample, where they are not: 60 and 200; twice as much,
             for it is a bad judge: logs that missed the large weights by luck look healthy.
rewards      Effective rewards (Σwr)²/Σ(wr)², where rewards are never negative: 5 and 20. Our
             statistics refuse below 10; measured with the default intervals (Wilson, max variance;
             uniform target, rates of .2 to 3 %, effective sample 445 to 4,152 of 3,000 to 10,000
             rows, 2,800 logs), the 95 % interval of DR held the truth in .98 of 708 logs with 5 to
             10 effective rewards, .96 of 177 with 3 to 5, .92 of 66 with fewer.
support      Rows without support: broken above 1 % of the rows, weak if any. What was never done
             there may be worth anything; 1 % of the rows can move a mean of rewards between 0 and
             1 by .01 at most.
mean weight  4 standard errors from 1, with full support: weak, the logged propensities are not
             those that were used. Not 3, for the mean of heavy weights is skewed. Over .25 away
             besides: broken, for the estimate is off by as much.
propensities An action taken more or less often than its logged chances say, by 2 % and not by luck
             (1e-4): weak; by 20 %, where they are all known: broken. Estimated ones: weak.
tail         Half of all weight on 0.1 % of the rows, or Hill's index below 1.5: weak.
overlap      An action that the target does in over 1 % of the rows: weak if fewer than 10
             effective rows speak about it, broken if it was never done.
drift        Mean rewards that differ over the log's length, not by luck (1e-4): weak.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.actions import Mismatch, Overlap
    from replay.diagnostics import Diagnostics

PESS = (30.0, 100.0)
ESS = (60.0, 200.0)
EVENTS = (5.0, 20.0)
NO_SUPPORT_SHARE = 0.01
MEAN_WEIGHT_ERRORS, MEAN_WEIGHT_OFF = 4.0, 0.25
BY_LUCK = 1e-4
MISMATCH = (0.02, 0.2)
TOP_SHARE = 0.5
TAIL_INDEX = 1.5
WANTED_SHARE, FEW_ROWS = 0.01, 10.0


class Finding(NamedTuple):
    """One check: its name, `good`, `weak` or `broken`, and what was found."""

    name: str
    verdict: str
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """`good`, `weak: why` or `cannot answer: why`, and every check behind it."""

    text: str
    findings: tuple[Finding, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether no estimate is given."""
        return self.text.startswith("cannot answer")


def judge(
    found: Diagnostics,
    rows: int,
    target: str,
    unit: str = "row",
    *,
    mismatch: Mismatch | None = None,
    chances_known: bool = False,
    overlap: Sequence[Overlap] = (),
    drift: float | None = None,
    estimated: str = "",
    more: Sequence[Finding] = (),
) -> Verdict:
    """Judge a log by its diagnostics; the first of the worst reasons is given.

    `estimated` says what propensities are worth that were not logged: weak at best. `more` are
    findings that were made elsewhere.

    Examples
    --------
    >>> from replay.diagnostics import Diagnostics
    >>> judge(Diagnostics(40.0, 0.04, 1.0, 25.0, 0, 12.0, None, 0.1), 1000, "uniform").text
    'cannot answer: the log is worth only 40 rows about uniform, and 60 are needed'
    """
    findings = [
        _support(found, rows, target, unit, "seems never to do" if estimated else "could not do"),
        _worth(found, target, unit),
        *_rewards(found, target),
        *_mean_weight(found),
        *_propensities(mismatch, estimated, known=chances_known),
        *_tail(found),
        *_overlap(overlap, rows, target),
        *_drift(drift),
        *more,
    ]
    broken = [one.text for one in findings if one.verdict == "broken"]
    weak = [one.text for one in findings if one.verdict == "weak"]
    if broken:
        text = f"cannot answer: {broken[0]}"
    else:
        text = f"weak: {'; '.join(weak)}" if weak else "good"
    return Verdict(text, tuple(findings))


def _support(found: Diagnostics, rows: int, target: str, unit: str, lacks: str) -> Finding:
    lacking = found.no_support_rows
    if not lacking:
        return Finding("support", "good", f"the log could do all that {target} does")
    verdict = "broken" if lacking / rows > NO_SUPPORT_SHARE else "weak"
    text = f"{target} does what the log {lacks} in {lacking} of {rows} {unit}s"
    return Finding("support", verdict, text)


def _worth(found: Diagnostics, target: str, unit: str) -> Finding:
    value, limits = (found.ess or 0.0, ESS) if found.pess is None else (found.pess, PESS)
    verdict, least = _graded(value, limits)
    text = f"the log is worth {'only ' if least else ''}{_few(value)} {unit}s about {target}"
    return Finding("worth", verdict, text + least)


def _rewards(found: Diagnostics, target: str) -> list[Finding]:
    if found.effective_events is None:
        return []
    verdict, least = _graded(found.effective_events, EVENTS)
    only = "only " if least else ""
    text = f"{only}{_few(found.effective_events)} effective rewards speak about {target}"
    return [Finding("rewards", verdict, text + least)]


def _few(value: float) -> str:
    small = f"{value:.3g}" if value >= 0.01 else "0"
    return small if value < 100 else f"{value:,.0f}"


def _graded(value: float, limits: tuple[float, float]) -> tuple[str, str]:
    """Return the verdict on a value, and what would have been enough."""
    if value < limits[0]:
        return "broken", f", and {limits[0]:.0f} are needed"
    if value < limits[1]:
        return "weak", f", and {limits[1]:.0f} would be good"
    return "good", ""


def _mean_weight(found: Diagnostics) -> list[Finding]:
    mean, error = found.mean_weight, found.mean_weight_error
    if mean is None or error is None or found.no_support_rows:
        return []
    if abs(mean - 1) <= MEAN_WEIGHT_ERRORS * error + 1e-6:
        return [Finding("mean weight", "good", f"the mean weight is {mean:.3g}, as near 1 as due")]
    text = (
        f"the mean weight is {mean:.3g}, not 1: are the propensities those used, and could the log"
        " do all that the target does?"
    )
    verdict = "broken" if abs(mean - 1) > MEAN_WEIGHT_OFF else "weak"
    return [Finding("mean weight", verdict, text)]


def _propensities(mismatch: Mismatch | None, estimated: str, *, known: bool) -> list[Finding]:
    if estimated:
        return [Finding("propensities", "weak", estimated)]
    if mismatch is None:
        return []
    name, taken, expected, p_value = mismatch
    away = abs(taken - expected) / expected if expected else 1.0
    if p_value > BY_LUCK or away < MISMATCH[0]:
        text = "actions were taken as often as their logged chances say"
        return [Finding("propensities", "good", text)]
    if known:
        text = f"{name} was taken {taken:,.0f} times, by its logged chances {expected:,.0f}"
        verdict = "broken" if away > MISMATCH[1] else "weak"
        return [Finding("propensities", verdict, text + ": were those the chances used?")]
    text = (
        f"by its logged chances {name} stands for {taken:,.0f} of {expected:,.0f} rows: wasn't it"
        " always eligible, or are the propensities wrong?"
    )
    return [Finding("propensities", "weak", text)]


def _tail(found: Diagnostics) -> list[Finding]:
    share, index = found.top_share, found.tail_index
    if share is None:
        return []
    text = f"0.1 % of the rows carry {share:.0%} of all weight"
    if share > TOP_SHARE:
        return [Finding("tail", "weak", text + ": a policy nearer the log's would be surer")]
    if index is not None and index < TAIL_INDEX:
        text += f", and the tail index is {index:.1f}: larger weights than seen are likely"
        return [Finding("tail", "weak", text)]
    return [Finding("tail", "good", text)]


def _overlap(overlap: Sequence[Overlap], rows: int, target: str) -> list[Finding]:
    thin = [one for one in overlap if one.wanted > WANTED_SHARE * rows and one.ess < FEW_ROWS]
    if not overlap:
        return []
    if not thin:
        return [Finding("overlap", "good", f"the log has tried what {target} does")]
    never = [one for one in thin if not one.taken]
    if never:
        text = (
            f"{target} does {never[0].action} in {never[0].wanted / rows:.0%} of the rows, and the"
            " log never did"
        )
        return [Finding("overlap", "broken", text)]
    worst = thin[0]
    text = (
        f"{target} does {worst.action} in {worst.wanted / rows:.0%} of the rows, and the log's"
        f" {worst.taken} tries are worth {worst.ess:.1f}"
    )
    return [Finding("overlap", "weak", text)]


def _drift(drift: float | None) -> list[Finding]:
    if drift is None:
        return []
    if drift > BY_LUCK:
        return [Finding("drift", "good", "rewards are alike over the length of the log")]
    text = "rewards drift over the log: what it says is of its whole time, not of today"
    return [Finding("drift", "weak", text)]
