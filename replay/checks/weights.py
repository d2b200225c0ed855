"""Checks of importance weights: effective sample size, rewards, mean weight and tail.

worth        pESS, where both pmfs are known: broken below 30, weak below 100 (part 6 of our
             statistics). Where they are not, the same limits for its lower bound
             (`replay/stats/unseen_tail.py`), and 60 and 200 for the effective sample size observed.
rewards      Effective rewards (Σwr)²/Σ(wr)² where they are 0 and 1 or have a long tail, from whose
             other end they are measured, so that costs are judged as revenue is: 3 and 20. Our
             statistics refuse below 10; measured with the default intervals (uniform target, rates
             of .2 to 3 %, effective sample 445 to 4,152 of 3,000 to 10,000 rows, 2,800 logs), the
             95 % interval of DR held the truth in .98 of 708 logs with 5 to 10 effective rewards,
             .96 of 177 with 3 to 5, .92 of 66 with fewer. Of dollars that 5 % of the rows pay (500
             rows, effective sample 218, 400 logs) it held in .98 of those with 3 or more; a limit
             of 5 would refuse 27 % of them, 3 refuses 8 %.
precision    How many logged rewards have a mean with a 95 % interval as wide as the estimate's
             default one: 3 and 20. Below 3 it reaches 1.1 standard deviations of a reward to either
             side: it says little that the rewards alone don't say. Of the value, and of the
             reward's unit and zero, this doesn't depend.
mean weight  4 standard errors from 1, with full support: weak, the logged propensities are not
             those that were used. Not 3, for the mean of heavy weights is skewed. Over .25 away
             besides: broken, for the estimate is off by as much. Where the chances are not all
             known, 3 standard errors below 1: weak, and the interval is wider for it; over .25
             besides: broken, for that much of what the target does was not drawn. Where 4 standard
             errors are more than .5 the check says nothing: weak, for propensities that are wrong
             by half, and an estimate by weights that is off by half, would pass it.
tail         Half of all weight on 0.1 % of the rows, or Hill's index below 1.5: weak.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scipy.special import ndtr

from replay.checks.check_result import CheckResult, Grade, percent
from replay.stats.unseen_tail import by_more_than_luck

if TYPE_CHECKING:
    from replay.stats.weight_stats import Diagnostics

PESS = (30.0, 100.0)
ESS = (60.0, 200.0)
EVENTS = (3.0, 20.0)
PRECISION = (3.0, 20.0)
MEAN_WEIGHT_ERRORS, MEAN_WEIGHT_OFF = 4.0, 0.25
MEAN_WEIGHT_NOTICED = 0.5
TOP_SHARE = 0.5
TAIL_INDEX = 1.5
WORST = (Grade.BROKEN, Grade.WEAK, Grade.GOOD)


def on_worth(diagnostics: Diagnostics, rows: int, target: str, unit: str) -> CheckResult:
    """Judge the effective sample size for the target."""
    value, limits = (
        (diagnostics.ess or 0.0, ESS) if diagnostics.pess is None else (diagnostics.pess, PESS)
    )
    verdict, least = _graded(value, limits)
    number = f"effective sample size for {target}: {_few(value)} {unit}s"
    share = f", {100 * value / rows:.3g} % of {rows:,}" if rows else ""
    text = number + share
    if diagnostics.pess is None and diagnostics.ess_lower is not None:
        unseen, _ = _graded(diagnostics.ess_lower, PESS)
        if WORST.index(unseen) < WORST.index(verdict):
            limit = PESS[0] if unseen == Grade.BROKEN else PESS[1]
            needed = "required" if unseen == Grade.BROKEN else "recommended"
            text = (
                f"{number} observed, but possibly only {_few(diagnostics.ess_lower)}: few rows"
                " carry most of the weight, and larger weights may not have been drawn"
                f" (at least {limit:.0f} {needed})"
            )
            return CheckResult("worth", unseen, text)
    return CheckResult("worth", verdict, text + least)


def on_rewards(diagnostics: Diagnostics, target: str) -> list[CheckResult]:
    """How many rewards carry the estimate."""
    if diagnostics.effective_events is None:
        return []
    verdict, least = _graded(diagnostics.effective_events, EVENTS)
    events = _few(diagnostics.effective_events)
    text = f"effective number of non-zero weighted rewards for {target}: {events}"
    return [CheckResult("rewards", verdict, text + least)]


def _few(value: float) -> str:
    small = f"{value:.3g}" if value >= 0.01 else "0"
    return small if value < 100 else f"{value:,.0f}"


def _graded(value: float, limits: tuple[float, float]) -> tuple[Grade, str]:
    """Return the verdict on a value, and what would have been enough."""
    if value < limits[0]:
        return Grade.BROKEN, f" (at least {limits[0]:.0f} required)"
    if value < limits[1]:
        return Grade.WEAK, f" (at least {limits[1]:.0f} recommended)"
    return Grade.GOOD, ""


def on_precision(rewards: float | None, rows: int | None = None) -> list[CheckResult]:
    """How many logged rewards would have a mean as precise; there are `rows` of them."""
    if rewards is None:
        return []
    grade, least = _graded(rewards, PRECISION)
    text = f"the interval is as wide as that of the mean of {_few(rewards)} logged rewards"
    if rows is not None and rewards > rows:
        text += (
            f", more than the {rows:,} logged: under the target, rewards vary less than in the log,"
            " or the reward model explains a part of their variance"
        )
    return [CheckResult("precision", grade, text + least)]


def on_mean_weight(diagnostics: Diagnostics) -> list[CheckResult]:
    """Whether the weights average 1, and what this check could have noticed."""
    mean, error = diagnostics.mean_weight, diagnostics.mean_weight_error
    if mean is None or error is None:
        return []
    deficit = diagnostics.weight_deficit or 0.0
    if by_more_than_luck(deficit, error):
        text = (
            f"mean weight {mean:.3g} (expected 1): the log has no rows for about"
            f" {100 * deficit:.1f} % of the target's actions, or the propensities are wrong"
        )
        grade = Grade.BROKEN if deficit > MEAN_WEIGHT_OFF else Grade.WEAK
        return [CheckResult("mean weight", grade, text)]
    if diagnostics.no_support_rows:
        return []
    noticed = MEAN_WEIGHT_ERRORS * error
    if abs(mean - 1) <= noticed + 1e-6:
        if noticed > MEAN_WEIGHT_NOTICED:
            text = (
                f"mean weight {mean:.3g} (expected 1; too few rows to check it: only a deviation"
                f" above {noticed:.2g} would be noticed)"
            )
            return [CheckResult("mean weight", Grade.WEAK, text)]
        chance = "exactly"
        if error:
            p_value = 2 * float(ndtr(-abs(mean - 1) / error))
            chance = (
                f"within sampling error, p = {p_value:.2g}; flagged beyond"
                f" {MEAN_WEIGHT_ERRORS:.0f} standard errors, {noticed:.2g}"
            )
        text = f"mean weight {mean:.3g} (expected 1; {chance})"
        return [CheckResult("mean weight", Grade.GOOD, text)]
    text = (
        f"mean weight {mean:.3g} (expected 1), further away than {MEAN_WEIGHT_ERRORS:.0f} standard"
        f" errors ({noticed:.2g}): were the logged propensities those used, and could the logging"
        " policy take every action of the target?"
    )
    verdict = Grade.BROKEN if abs(mean - 1) > MEAN_WEIGHT_OFF else Grade.WEAK
    return [CheckResult("mean weight", verdict, text)]


def on_tail(diagnostics: Diagnostics) -> list[CheckResult]:
    """How much of the weight is on few rows."""
    share, index = diagnostics.top_share, diagnostics.tail_index
    if share is None:
        return []
    text = f"0.1 % of the rows carry {percent(share)} of the total weight"
    if share > TOP_SHARE:
        return [
            CheckResult(
                "tail",
                Grade.WEAK,
                text + ": a target closer to the logging policy gives narrower intervals",
            )
        ]
    if index is not None and index < TAIL_INDEX:
        text += f"; tail index {index:.1f}: larger weights than those seen are likely"
        return [CheckResult("tail", Grade.WEAK, text)]
    return [CheckResult("tail", Grade.GOOD, text)]
