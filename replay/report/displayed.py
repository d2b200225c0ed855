"""Evaluations with their text and HTML representations, for prompts and notebooks."""

from __future__ import annotations

from dataclasses import dataclass, fields

from replay.report.notebook import as_html, as_line, as_text
from replay.results.evaluation import Comparison, Evaluation


@dataclass(frozen=True, slots=True, repr=False)
class DisplayedEvaluation(Evaluation):
    """What `evaluate` returns."""

    @classmethod
    def of(cls, answer: Evaluation) -> DisplayedEvaluation:
        """Return an answer so that it shows itself."""
        return cls(*(getattr(answer, each.name) for each in fields(answer)))

    def __repr__(self) -> str:
        return as_line(self)

    def __str__(self) -> str:
        return as_text(self)

    def _repr_html_(self) -> str:
        return as_html(self)


@dataclass(frozen=True, slots=True, repr=False)
class DisplayedComparison(Comparison):
    """What `compare` returns."""

    evaluations: tuple[DisplayedEvaluation, ...]

    @classmethod
    def of(cls, answer: Comparison) -> DisplayedComparison:
        """Return an answer so that it, and each evaluation in it, shows itself."""
        return cls(tuple(map(DisplayedEvaluation.of, answer.evaluations)), answer.differences)

    def __repr__(self) -> str:
        return as_line(self)

    def __str__(self) -> str:
        return as_text(self)

    def _repr_html_(self) -> str:
        return as_html(self)
