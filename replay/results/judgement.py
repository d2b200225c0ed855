"""Judgement on a log: whether it can answer, the reasons, and the checks behind them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from replay.checks.check_result import Grade

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.checks.check_result import CheckResult


class VerdictStatus(StrEnum):
    """The word of a verdict; with `CANNOT_ANSWER` no estimate is given."""

    GOOD = "good"
    WEAK = "weak"
    CANNOT_ANSWER = "cannot answer"


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a log can answer, why it is not `good`, and every check behind that.

    Examples
    --------
    >>> Judgement.refusal("no rows").text, Judgement().text
    ('cannot answer: no rows', 'good')
    """

    status: VerdictStatus = VerdictStatus.GOOD
    reasons: tuple[str, ...] = ()
    findings: tuple[CheckResult, ...] = ()

    @classmethod
    def of(cls, findings: Sequence[CheckResult]) -> Judgement:
        """Judge by the results of checks: the first broken one refuses, all weak ones are named."""
        broken = [check.text for check in findings if check.verdict is Grade.BROKEN]
        weak = [check.text for check in findings if check.verdict is Grade.WEAK]
        if broken:
            return cls(VerdictStatus.CANNOT_ANSWER, (broken[0],), tuple(findings))
        status = VerdictStatus.WEAK if weak else VerdictStatus.GOOD
        return cls(status, tuple(weak), tuple(findings))

    @classmethod
    def refusal(cls, reason: str) -> Judgement:
        """Refuse an answer for a reason that needs no checks."""
        return cls(VerdictStatus.CANNOT_ANSWER, (reason,))

    @property
    def refused(self) -> bool:
        """Whether no estimate is given."""
        return self.status is VerdictStatus.CANNOT_ANSWER

    @property
    def reason(self) -> str:
        """The reasons in one line; empty where the log can answer."""
        return "; ".join(self.reasons)

    @property
    def text(self) -> str:
        """`good`, `weak: why` or `cannot answer: why`."""
        return f"{self.status}: {self.reason}" if self.reasons else str(self.status)
