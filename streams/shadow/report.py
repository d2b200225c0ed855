"""The report of a shadow, for people: the logged decisions beside those of the shadow."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING, Any

from bandit.counted import counted
from streams.process.table import aligned

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_ROWS = 20
"""Projects that are shown, those with the most decisions first; --json has them all."""

WIDTH = 80

NOT_COMPARED = {
    "forced stops": "forced stops",
    "audits": "audits",
    "single choices": "with a single option",
    "unknown pools": "with pools that are not in the log",
    "past max_asks": "after more asks than the shadow's policy.max_asks",
    "not whole": "with incomplete records",
    "arms with own brains": "by test arms that learn for themselves",
    "unreadable": "unreadable",
    "deleted": "deleted before they were read",
}
"""Texts of `streams.shadow.case.NotCompared`, and of what the shadow could not read."""

REASONS = {
    "first": "the task came",
    "more": "a label came",
    "retry": "an ask ended without a label, or the task's wait ended",
    "deadline": "the task's deadline passed",
    "gold": "the true answer came",
}
"""Meanings of `bandit.reasons.DecisionReason`, where decisions are compared."""

SETTINGS = (
    "Logged: what the running service decided. Shadow: what the configuration given to this command"
    " would have decided on the same tasks. Nothing was asked or paid. The log does not hold the"
    " settings of the running service, so they are not compared."
)
OVERLAP = "Overlap: how far the two give the same probabilities to the same choices; 100% if equal."
ONE_STEP = (
    "Each comparison is one step ahead: it takes the task as it was logged, and decides what to do"
    " next. To estimate what a policy would have earned in the long run, use poolwise evaluate."
)
ANOTHER_MODEL = "of the decisions were made with a different model than the shadow's"
WORTH_AS_LOGGED = (
    "of the decisions are about tasks that the shadow has not read: it uses the logged value of a"
    " correct answer"
)
TODAY = (
    "Response times of pools, and the prices behind target accuracies, are today's; earlier ones"
    " are not in the log."
)


def report(figures: Mapping[str, Any], log: str) -> str:
    """Return the report; `figures` are the shadow's, `log` is the log's name.

    Examples
    --------
    >>> from streams.shadow.tally import ComparisonTally
    >>> figures = ComparisonTally().figures()
    >>> figures |= {"unreadable": 0, "deleted": 0, "pools_of_today": False}
    >>> print(report(figures, "labels.db"))
    Shadow of labels.db: 0 of 0 decisions compared
    Nothing to compare: no decision had more than one option.
    """
    compared, decisions = figures["compared"], counted(figures["decisions"], "decision")
    lines = [f"Shadow of {log}: {compared:,} of {decisions} compared"]
    left_out = figures["left_out"] | {
        name: figures[name] for name in ("unreadable", "deleted") if figures[name]
    }
    if left_out:
        reasons = ", ".join(f"{n:,} {NOT_COMPARED[why]}" for why, n in left_out.items())
        lines.append(fill(f"Not compared: {reasons}", WIDTH))
    if not compared:
        return "\n".join([*lines, "Nothing to compare: no decision had more than one option."])
    lines += [fill(SETTINGS, WIDTH), "", fill(_conclusion(figures), WIDTH), ""]
    lines.append(
        f"Same most likely choice: {_percent(figures['same'])}; mean overlap of the"
        f" probabilities: {_percent(figures['agreement'])}"
    )
    lines += ["", *aligned(("", "logged", "shadow", "difference"), _overall(figures))]
    lines += ["", "Share of all decisions that ask a pool (the rest are stops):"]
    lines += aligned(("pool", "logged", "shadow", "difference"), _pools(figures))
    projects = sorted(figures["by_project"].items(), key=lambda item: -item[1]["compared"])
    for name, groups in (
        ("reason", list(figures["by_why"].items())),
        ("project", projects[:MOST_ROWS]),
    ):
        header = (name, "compared", "same", "overlap", "stops", "cost per decision")
        lines += ["", *aligned(header, (_group(*group) for group in groups))]
    if len(projects) > MOST_ROWS:
        lines.append(f"and {len(projects) - MOST_ROWS:,} more projects (see --json)")
    lines += ["", *(fill(note, WIDTH) for note in _notes(figures))]
    return "\n".join(lines)


def _overall(figures: Mapping[str, Any]) -> list[tuple[str, ...]]:
    policies = {side: ", ".join(names) for side, names in figures["policies"].items()}
    usd = figures["usd_per_decision"]
    change = round(usd["shadow"], 4) - round(usd["logged"], 4)
    return [
        ("policy", policies["logged"], policies["shadow"], ""),
        ("stops", *_shares(figures["stop"])),
        ("cost per decision", _usd(usd["logged"]), _usd(usd["shadow"]), _usd(change, "+")),
        ("labels predicted to be right", *_shares(figures["predicted_quality"])),
    ]


def _conclusion(figures: Mapping[str, Any]) -> str:
    """Say in a sentence what the shadow would change."""
    usd, stop = figures["usd_per_decision"], figures["stop"]
    change = round(usd["shadow"], 4) - round(usd["logged"], 4)
    cost = "cost the same"
    if change:
        more = "more" if change > 0 else "less"
        cost = f"cost {_usd(abs(change))} {more}"
    stops = _points(stop)
    often = "as often"
    if stops:
        often = f"{abs(stops):.1f} points {'more' if stops > 0 else 'less'} often"
    return (
        f"Conclusion: {_percent(1.0 - figures['same'])} of the decisions would have another most"
        f" likely choice. Per decision the shadow would {cost}, and it would stop {often}."
    )


def _pools(figures: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return a row per pool: the one that gains most first, the one that loses most last."""
    pools = figures["pools"].items()
    ordered = sorted(pools, key=lambda item: item[1]["logged"] - item[1]["shadow"])
    return [(name, *_shares(shares)) for name, shares in ordered]


def _group(name: str, part: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the row of a reason or project; in its arrows, logged is left and shadow right."""
    stop, usd = part["stop"], part["usd_per_decision"]
    return (
        name,
        f"{part['compared']:,}",
        _percent(part["same"]),
        _percent(part["agreement"]),
        f"{_percent(stop['logged'])} → {_percent(stop['shadow'])}",
        f"{_usd(usd['logged'])} → {_usd(usd['shadow'])}",
    )


def _notes(figures: Mapping[str, Any]) -> list[str]:
    reasons = "; ".join(f"{why} = {REASONS[why]}" for why in figures["by_why"] if why in REASONS)
    notes = [f"{OVERLAP} Reasons: {reasons}.", ONE_STEP]
    if figures["same_model"] < 1.0:
        notes.append(f"{_percent(1.0 - figures['same_model'])} {ANOTHER_MODEL}.")
    if figures["own_worth"] < 1.0:
        notes.append(f"{_percent(1.0 - figures['own_worth'])} {WORTH_AS_LOGGED}.")
    if figures["pools_of_today"]:
        notes.append(TODAY)
    return notes


def _shares(sides: Mapping[str, float | None]) -> tuple[str, str, str]:
    """Return two shares and their difference, in percentage points."""
    logged, shadow = sides["logged"], sides["shadow"]
    if logged is None or shadow is None:
        return _percent(logged), _percent(shadow), ""
    return _percent(logged), _percent(shadow), f"{_points(sides):+.1f} points"


def _points(sides: Mapping[str, Any]) -> float:
    """Return the difference of two shares as they are shown, in percentage points."""
    logged, shadow = (round(100.0 * float(sides[side]), 1) for side in ("logged", "shadow"))
    return round(shadow - logged, 1)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _usd(amount: float, sign: str = "") -> str:
    """Write dollars, their sign first; `sign` is that of dollars above 0."""
    return f"{'-' if amount < 0 else sign if amount > 0 else ''}${abs(amount):.4f}"
