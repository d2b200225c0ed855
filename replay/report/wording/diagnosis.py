"""The diagnostics in a sentence, and each with its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from replay.report.wording.digits import number
from replay.runtime.text import counted

if TYPE_CHECKING:
    from replay.results.evaluation import Evaluation
    from replay.stats.weight_stats import Diagnostics


def diagnosis(answer: Evaluation) -> str:
    """Say how large the effective sample for the target is, and how large the weights are."""
    found, unit, learning = answer.diagnostics, answer.unit, answer.learning
    if learning is not None and learning.passed is None:
        return "No history was walked."
    if found.ess is None or found.ess_share is None:
        return f"No {unit} could be used."
    expected = "" if found.pess is None else f"; {found.pess:,.4g} expected from the logged chances"
    rows, where = answer.rows, ""
    if learning is not None and learning.passed is not None:
        rows, where = learning.passed, " in one learning history"
    return (
        f"Effective sample size for the target{where}: {counted(round(found.ess), unit)}"
        f" ({found.ess_share:.1%} of {rows:,}{expected}). Mean weight"
        f" {number(found.mean_weight)} (should be 1), largest {number(found.max_weight)}."
    )


def diagnostic_numbers(found: Diagnostics) -> list[list[str]]:
    """Name each diagnostic and write its value; a dash where it can't be known."""
    largest = ", ".join(number(one) for one in found.largest) or "–"
    return [
        ["effective sample size", number(found.ess)],
        ["its share of all", number(found.ess_share)],
        ["effective sample size expected from the logged chances", number(found.pess)],
        ["effective sample size, lower bound", number(found.ess_lower)],
        ["variance multiplied for weight not drawn by", number(found.variance_factor)],
        ["effective rewards", number(found.effective_events)],
        ["effective number of clusters", number(found.effective_clusters)],
        ["mean weight", number(found.mean_weight)],
        ["standard error of the mean weight", number(found.mean_weight_error)],
        ["chance of such a mean weight by luck", number(found.mean_weight_p)],
        ["largest weight", number(found.max_weight)],
        ["largest weights", largest],
        ["share of all weight on the largest 0.1 %", number(found.top_share)],
        ["tail index of the largest 1 %", number(found.tail_index)],
        ["without support", f"{found.no_support_rows:,}"],
    ]
