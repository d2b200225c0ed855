"""What to do about a check that isn't good, by the check's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from replay.checks.check_result import Grade

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.checks.check_result import CheckResult

ADVICE = {
    "support": "Evaluate a target that takes only actions that the logging policy could take, or"
    " let the logging policy explore the missing actions.",
    "worth": "Log for longer, explore more, or evaluate a target closer to the logging policy.",
    "rewards": "Log for longer: rare rewards need more rows.",
    "precision": "Log for longer, or evaluate a target closer to the logging policy.",
    "mean weight": "Check that the propensities are those that each decision was drawn with, not"
    " values computed later. A longer log detects smaller deviations.",
    "propensities": "Check which actions were eligible in each row, and that the propensities are"
    " those that each decision was drawn with; log them from now on, if they were not.",
    "tail": "Evaluate a target closer to the logging policy; estimators that limit large weights"
    " show how much depends on them.",
    "overlap": "Let the logging policy explore this action more, then evaluate again.",
    "rows left out": "Look at the reasons, correct the rows and evaluate again (--strict stops at"
    " the first such row).",
    "late rewards": "Leave out the rows whose rewards may still come, by the time of the decision"
    ' (--sql "select ... where ...").',
    "crossed clusters": "Use the other column as clusters (--cluster), or keep one row of each of"
    " its values (--sql).",
    "copies": "Remove the copies (select distinct), or name the column that they share (--cluster"
    " COLUMN).",
    "context": "Leave out columns that were written after the decision (--context).",
    "clusters": "Log more clusters (users, days): more rows per cluster help little.",
    "correlated rows": "Name the column whose rows are correlated (--cluster COLUMN), or declare"
    " that rows are independent (--cluster none).",
    "accuracy": "Raise the share of tasks that are audited (audit.share), or log for longer; until"
    " then compare label costs and mean confidence.",
    "order": "Evaluate the rows in the order of logging: name the column of times (--time), or sort"
    " the rows by it; check that the propensities are those that each decision was drawn with.",
    "drift": "Evaluate the latest part of the log by itself, and compare; leave out rows whose"
    " rewards may still come.",
}
"""A sentence for every check, by its name."""

LABELS = {"worth": "effective sample size"}
"""What people read for the name of a check that JSON calls otherwise."""

RANK = {Grade.BROKEN: 0, Grade.WEAK: 1, Grade.GOOD: 2}


def worst_first(findings: Sequence[CheckResult]) -> list[CheckResult]:
    """Order checks: broken, weak, good."""
    return sorted(findings, key=lambda finding: RANK[finding.verdict])


def wanting(findings: Sequence[CheckResult]) -> list[CheckResult]:
    """Checks that aren't good, the worst first."""
    return [finding for finding in worst_first(findings) if finding.verdict != Grade.GOOD]


def good_checks(findings: Sequence[CheckResult]) -> str:
    """Say how many checks found nothing, in a line; empty where there is none.

    Examples
    --------
    >>> from replay.checks.check_result import CheckResult, Grade
    >>> good_checks([CheckResult("drift", Grade.GOOD, ""), CheckResult("tail", Grade.WEAK, "")])
    'The other check did not fail; the assumptions in the notes remain.'
    >>> good_checks([CheckResult("drift", Grade.GOOD, ""), CheckResult("tail", Grade.GOOD, "")])
    'No check failed (2 were made); the assumptions in the notes remain.'
    """
    good = sum(finding.verdict == Grade.GOOD for finding in findings)
    if not good:
        return ""
    remain = "the assumptions in the notes remain"
    if good == len(findings):
        were = "was" if good == 1 else "were"
        return f"No check failed ({good} {were} made); {remain}."
    who = "The other check" if good == 1 else f"The {good} other checks"
    return f"{who} did not fail; {remain}."
