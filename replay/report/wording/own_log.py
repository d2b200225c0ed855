"""What a reader of a report on poolwise's own log needs beside its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.counted import counted
from replay.report.wording.advice import wanting
from replay.report.wording.sentence import accuracy_known
from replay.results.judgement import VerdictStatus
from replay.runtime.text import dollars

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.results.evaluation import Evaluation

GREEDY = "greedy always takes the most probable choice of the logged policy, and never explores."


def definitions(every: Sequence[Evaluation]) -> str:
    """Define the targets whose name doesn't say what they do; empty where there are none."""
    return GREEDY if any(answer.target == "greedy" for answer in every) else ""


def total_value(answer: Evaluation) -> str:
    """Say what the table of estimators is about; empty where the headline has the same figures."""
    estimate, logged, money = answer.estimate, answer.logging.value, answer.money
    if money is None or accuracy_known(answer) or answer.refused:
        return ""
    gain, audits = money.whole.gain, money.whole.audits
    if estimate is None or estimate.value is None or logged is None or gain is None:
        return ""
    rests = f"With {counted(audits.gold, 'audit')}" if audits.gold else "Without audits"
    why = (
        f"{rests}, the error of this estimate is larger than the difference."
        if gain.low <= 0 <= gain.high
        else f"{rests}, accuracy is not known well enough to compare the two."
    )
    return (
        f"Total value per task (worth of the answer less label costs): {dollars(logged)} as logged,"
        f" {dollars(estimate.value)} estimated for {answer.target} ({dollars(estimate.low)} to"
        f" {dollars(estimate.high)}). {why}"
    )


def closing(answer: Evaluation) -> str:
    """Return the verdict as a report ends with it: of a weak one, what may be trusted."""
    if answer.judgement.status != VerdictStatus.WEAK or not answer.findings:
        return answer.verdict
    if {finding.name for finding in wanting(answer.findings)} == {"accuracy"}:
        return (
            "weak: the label costs and the mean confidence are known precisely; the change in"
            " accuracy and the total value are not"
        )
    return "weak, for the reasons above"
