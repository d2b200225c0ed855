"""An evaluation as a person reads it at 80 columns, and as JSON."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from replay.plain import counted

if TYPE_CHECKING:
    from replay.answer import Estimate, Evaluation


def as_json_text(answer: Evaluation) -> str:
    """One line of JSON; an end that is infinite is null."""
    plain = {
        "rows": answer.rows,
        "unit": answer.unit,
        "logging": {
            "value": answer.logging.value,
            "low": _finite(answer.logging.low),
            "high": _finite(answer.logging.high),
            "interval": answer.logging.interval,
        },
        "target": answer.target,
        "estimates": [_plain(estimate) for estimate in answer.estimates],
        "default": answer.default,
        "diagnostics": answer.diagnostics.as_dict(),
        "verdict": answer.verdict,
        "notes": list(answer.notes),
        "counts": answer.counts,
        "unusable": answer.unusable.plain(),
    }
    return msgspec.json.encode(plain).decode()


def print_report(answer: Evaluation, source: str, console: Console | None = None) -> None:
    """Print what was asked, what was logged, the estimates, and whether to believe them."""
    console = console or Console(highlight=False)

    def say(text: str, style: str = "") -> None:
        console.print(Text(text, style=style))

    say(f"What would {answer.target} have earned? From {counted(answer.rows, answer.unit)} of")
    say(source)
    say("")
    table = Table(box=None, pad_edge=False)
    table.add_column("estimator")
    table.add_column(f"per {answer.unit}", justify="right")
    table.add_column(f"{100 * answer.logging.level:.6g} % interval", justify="right")
    table.add_column("by")
    for estimate in (answer.logging, *answer.estimates):
        mark = " *" if estimate.estimator == answer.default else ""
        table.add_row(
            estimate.estimator + mark,
            number(estimate.value),
            f"{number(estimate.low)} to {number(estimate.high)}",
            estimate.interval,
        )
    console.print(table)
    if answer.estimates:
        say(f"* the one to use; {VARIANCE}")
    for line in answer.unusable.lines():
        say(f"{line}.")
    say("")
    for line in diagnosis(answer):
        say(line)
    for note in answer.notes:
        say(f"Note: {note}.")
    say("")
    say(f"Verdict: {answer.verdict}", "bold")


VARIANCE = "variances are the larger of that seen and that of a model of the reward"


def diagnosis(answer: Evaluation) -> list[str]:
    """Say the diagnostics in words."""
    found, unit = answer.diagnostics, answer.unit
    if found.ess is None or found.ess_share is None:
        return [f"No {unit} could be used."]
    worth = (
        f"The log is worth {found.ess:,.0f} {unit}s about the target"
        f" ({found.ess_share:.1%} of {answer.rows:,})."
    )
    lines = [worth]
    if found.pess is not None:
        lines.append(f"Before any draw it was expected to be worth {found.pess:,.3g}.")
    lines.append(
        f"Mean weight {number(found.mean_weight)} (should be 1), largest"
        f" {number(found.max_weight)}."
    )
    if found.effective_events is not None:
        lines.append(f"{found.effective_events:,.1f} effective rewards carry the estimate.")
    lines.append(
        f"{counted(found.no_support_rows, unit)} without support for what the target does."
        if found.no_support_rows
        else f"Every {unit} supports what the target does."
    )
    return lines


def number(value: float | None) -> str:
    """Four digits that count.

    Examples
    --------
    >>> number(0.0030086), number(None), number(float("inf"))
    ('0.003009', '–', '∞')
    """
    if value is None:
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    return f"{value:.4g}"


def _plain(estimate: Estimate) -> dict[str, Any]:
    return {
        "estimator": estimate.estimator,
        "value": estimate.value,
        "low": _finite(estimate.low),
        "high": _finite(estimate.high),
        "level": estimate.level,
        "interval": estimate.interval,
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
