"""How well an engine's confidence fits the truth, and the lines of a report that say so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypedDict

from bandit.counted import counted
from replay.runtime.text import say, share
from replay.stats.calibration_error import brier, ece, noise_floor, surest_half

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from replay.market.outcome import Outcome


class ConfidenceQuality(TypedDict):
    """Calibration error, what sampling alone would make of it, Brier score, and the surer half."""

    ece: float | None
    ece_noise_floor: float | None
    brier: float | None
    surest_half_accuracy: float | None


class JudgedRun(Protocol):
    """The figures of a run that the lines below are about."""

    @property
    def audits(self) -> int: ...
    @property
    def audit_usd(self) -> float: ...
    @property
    def ece(self) -> float | None: ...
    @property
    def ece_noise_floor(self) -> float | None: ...
    @property
    def brier(self) -> float | None: ...
    @property
    def surest_half_accuracy(self) -> float | None: ...


def judged(outcome: Outcome, truth: Mapping[str, str]) -> tuple[list[float], list[bool]]:
    """Confidence of each answer to a task with truth, and whether the answer is right."""
    verdicts = [
        (verdict.confidence, verdict.answer == truth[task])
        for task, verdict in outcome.answered.items()
        if task in truth and verdict.answer is not None and verdict.confidence is not None
    ]
    return [confidence for confidence, _ in verdicts], [right for _, right in verdicts]


def calibration(confidence: Sequence[float], right: Sequence[bool]) -> ConfidenceQuality:
    """Compare confidences with what was right."""
    return ConfidenceQuality(
        ece=ece(confidence, right),
        ece_noise_floor=noise_floor(confidence),
        brier=brier(confidence, right),
        surest_half_accuracy=surest_half(confidence, right),
    )


def print_quality(run: JudgedRun, console: Console) -> None:
    """Print what audits cost, and how well confidence fits the truth."""
    if run.audits:
        audits = counted(run.audits, "verdict")
        say(console, f"{audits} audited by experts, for another ${run.audit_usd:,.2f}.")
    if run.ece is not None:
        say(
            console,
            f"Calibration error {run.ece:.3f} (sampling alone gives {run.ece_noise_floor:.3f}); "
            f"Brier score {run.brier:.3f}; {share(run.surest_half_accuracy)} of the more confident "
            "half of the answers are right.",
        )
