"""The diagnostics in a sentence, and each with its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.counted import counted
from replay.report.wording.digits import number

if TYPE_CHECKING:
    from replay.results.evaluation import Evaluation
    from replay.stats.weight_stats import Diagnostics


def diagnosis(answer: Evaluation) -> str:
    """Say how large the effective sample for the target is, and how large the weights are."""
    diagnostics, unit, learning = answer.diagnostics, answer.unit, answer.learning
    if learning is not None and learning.passed is None:
        return "The log was not replayed for this target."
    if diagnostics.ess is None or diagnostics.ess_share is None:
        return f"No {unit} could be used."
    expected, pess = "", diagnostics.pess
    if pess is not None:
        expected = f"; {number(pess)} expected from the logged propensities"
    rows, per = answer.rows, ""
    if learning is not None and learning.passed is not None:
        rows, per = learning.passed, " per replay"
    return (
        f"Effective sample size{per}: {counted(round(diagnostics.ess), unit)}"
        f" ({100 * diagnostics.ess_share:.1f} % of {rows:,}{expected}). Importance weights: mean"
        f" {number(diagnostics.mean_weight)} (expected 1), largest"
        f" {number(diagnostics.max_weight)}."
    )


def diagnostic_numbers(diagnostics: Diagnostics) -> list[list[str]]:
    """Name each diagnostic and write its value; a dash where it can't be known."""
    largest = ", ".join(map(number, diagnostics.largest)) or "–"
    return [
        ["effective sample size", number(diagnostics.ess)],
        ["effective sample size, share of all", number(diagnostics.ess_share)],
        ["effective sample size expected from the logged propensities", number(diagnostics.pess)],
        ["effective sample size, lower bound", number(diagnostics.ess_lower)],
        ["variance factor for weights larger than any drawn", number(diagnostics.variance_factor)],
        ["effective number of non-zero weighted rewards", number(diagnostics.effective_events)],
        ["effective number of clusters", number(diagnostics.effective_clusters)],
        ["mean weight (expected 1)", number(diagnostics.mean_weight)],
        ["standard error of the mean weight", number(diagnostics.mean_weight_error)],
        ["p-value of the mean weight", number(diagnostics.mean_weight_p)],
        ["largest weight", number(diagnostics.max_weight)],
        ["largest weights", largest],
        ["share of the total weight on the largest 0.1 %", number(diagnostics.top_share)],
        ["tail index of the largest 1 % of the weights", number(diagnostics.tail_index)],
        ["rows without support", f"{diagnostics.no_support_rows:,}"],
    ]
