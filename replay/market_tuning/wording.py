"""What a tuning in a market says, in sentences: first who can't be told apart, then who is best."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bandit.counted import counted
from replay.market_tuning.halving import BATCH, RUNGS
from replay.market_tuning.ranges import differences
from replay.market_tuning.seed_wording import (
    DEFAULT,
    WITHIN,
    default_beside,
    seeds_met,
    seeds_text,
    the,
)
from replay.market_tuning.standing import EQUIVALENT, KEPT_WITHIN
from replay.report.wording.levels import level_text
from replay.runtime.text import dollars
from replay.tune.report import decimals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from replay.market_tuning.halving import Trial
    from replay.market_tuning.result import Comparison, MarketTuning, Row
    from replay.numerics.amount import Amount

MOST_SEEDS = 1000
"""As many as `--seeds` takes."""
KEPT = f"{100 * KEPT_WITHIN:.1f} %"


def lead(comparison: Comparison) -> str:
    """Say how many settings may earn as much as the highest estimate, and only then whose it is."""
    rows, best = comparison.rows, comparison.rows[comparison.highest]
    name = the(best)
    net = f"{dollars(best.net_usd, 4)} per task"
    others = sum(row.role != "reference" for row in rows) - 1
    rivals = len(comparison.rivals)
    if not others:
        return f"No candidate is left to compare with the default: {net}."
    if not rivals:
        return f"{_capitalised(name)} earns significantly more than every other setting: {net}."
    if rivals == others:
        return (
            "No setting is shown to be best: each of the other"
            f" {others} may earn as much as {name}, which has the highest estimate, {net}."
            if others > 1
            else f"No setting is shown to be best: {the(rows[comparison.rivals[0]])} may earn as"
            f" much as {name}, which has the highest estimate, {net}."
        )
    return (
        f"{rivals} of the other {counted(others, 'setting')} may earn as much as {name}, which has"
        f" the highest estimate, {net}."
    )


def advice(comparison: Comparison) -> str:
    """Say what to do with the default."""
    rows = comparison.rows
    best, chosen = rows[comparison.highest], rows[comparison.chosen]
    less = best.net_usd - chosen.net_usd
    within = (
        f"{dollars(less, 4)} per task below the highest estimate, within {KEPT} of the gap"
        f" between uniform and the highest ({dollars(comparison.gap_usd, 4)})"
    )
    none = "None is estimated to earn more than asking pools evenly (uniform)"
    if comparison.chosen == 0 and comparison.gap_usd <= 0:
        return f"{none}: keep the default."
    if comparison.chosen == 0:
        return "Keep the default." if best is chosen else f"Keep the default: it is {within}."
    more = chosen.over_default
    verb = "earns" if more.low > 0 else "is not shown to earn"
    than = default_beside(chosen)
    said = f"{_capitalised(the(chosen))} {verb} more than {than}: {between(more, '+')} per task."
    if comparison.gap_usd <= 0:
        said = f"{none}. {said}"
    elif chosen is not best:
        said += f" It is {within}."
    return said if more.low > 0 else f"{said} More seeds (--seeds) narrow that interval."


def exploration(comparison: Comparison) -> str:
    """Say whether exploration matters in this market."""
    exploring = comparison.exploration
    whose = "the default" if exploring.of == "default" else DEFAULT
    adds = f"it adds {between(exploring.adds, '+')} per task to {whose} without exploration"
    if exploring.matters == "little":
        return (
            f"Exploration matters little here: {adds}, within {WITHIN} of the gap between uniform"
            " and the highest estimate."
        )
    if exploring.matters == "yes":
        verb = "pays" if exploring.adds.value > 0 else "costs more than it earns"
        return f"Exploration {verb} here: {adds}."
    said = f"Whether exploration matters can't be told from these seeds: {adds}."
    seeds = seeds_for_little(comparison)
    if seeds is not None:
        said += (
            f" About {seeds:,} seeds (--seeds) would narrow that interval to ± {WITHIN} of the gap"
            " between uniform and the highest estimate."
        )
    return said


def seeds_for_little(comparison: Comparison) -> int | None:
    """Seeds with which exploration's interval reaches as far as `EQUIVALENT` of the gap.

    The width of an interval falls as the square root of the seeds. `None` where there is no gap, or
    where they would be more than `MOST_SEEDS`.
    """
    adds, little = comparison.exploration.adds, EQUIVALENT * comparison.gap_usd
    if little <= 0:
        return None
    met = len(comparison.rows[-1].net_usd_by_seed)
    seeds = math.ceil(met * ((adds.high - adds.low) / 2.0 / little) ** 2)
    return seeds if seeds <= MOST_SEEDS else None


def what_is_compared(tuning: MarketTuning, comparison: Comparison) -> str:
    """Say what a figure is, and what its interval covers."""
    return (
        "Net is the value of right first answers less labels, audits and waiting at the project's"
        f" price, in $ per task: {seeds_met(comparison)}. Settings meet the same tasks and"
        " labelers in a seed, so differences are paired by seed; intervals of a column hold jointly"
        f" at {level_text(tuning.level)} (Student's t, Bonferroni). 'default' is {tuning.default}."
        " 'no exploration' and 'uniform' are for comparison; they are not candidates."
    )


def what_was_searched(tuning: MarketTuning) -> str:
    """Say how candidates were found and dropped."""
    dropped = sum(trial.dropped for trial in tuning.trials)
    return (
        f"Searched: {', '.join(tuning.varied)}. {counted(len(tuning.trials), 'candidate')},"
        f" proposed by Optuna (TPE), on seeds {seeds_text(tuning.search_seeds)}, which are not"
        f" used in the comparison. Early stopping by successive halving: of each {BATCH}, the half"
        f" with the lower mean difference from the default is dropped after {RUNGS[0]} and after"
        f" {RUNGS[1]} seeds ({dropped} were dropped)."
    )


def floors_note(comparison: Comparison) -> str | None:
    """Say what lower floors cost, where the chosen setting has them."""
    chosen, default = comparison.rows[comparison.chosen].policy, comparison.rows[0].policy
    lower = [
        key
        for key in ("explore_floor", "stop_floor")
        if getattr(chosen, key) < getattr(default, key)
    ]
    if not lower:
        return None
    return (
        f"Note: {' and '.join(lower)} below the default's: logs will evaluate other policies less"
        " precisely. Net value doesn't count that; `poolwise tune LOG` shows it."
    )


def settings_line(row: Row, default: Row) -> str:
    """Settings of a row, where they differ from the default's."""
    return f"{row.name}: {settings_text(differences(row.policy, default.policy))}"


def settings_text(settings: Mapping[str, object]) -> str:
    """Write settings in a line.

    Examples
    --------
    >>> settings_text({"rate": 5.0, "escalate": True})
    'rate 5, escalate true'
    """
    if not settings:
        return "as the default"
    return ", ".join(f"{key} {_value(value)}" for key, value in settings.items())


def trial_name(trial: Trial) -> str:
    """Name a candidate of the search."""
    return f"trial {trial.number + 1}"


def _capitalised(name: str) -> str:
    return name[0].upper() + name[1:]


def between(amount: Amount, plus: str = "") -> str:
    """Write dollars with their interval, to three digits of its distance.

    Examples
    --------
    >>> from replay.numerics.amount import Amount
    >>> between(Amount(0.0123, -0.002, 0.0266), "+")
    '+$0.0123 (-0.0020 to 0.0266)'
    """
    return f"{dollars(amount.value, decimals(amount) + 1, plus)} ({ends(amount)})"


def ends(amount: Amount) -> str:
    """Write both ends of an interval; two digits would hide which of them is 0."""
    digits = decimals(amount) + 1
    return f"{amount.low:.{digits}f} to {amount.high:.{digits}f}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
