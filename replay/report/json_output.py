"""An answer as JSON, for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import msgspec

from replay.results.evaluation import Comparison

if TYPE_CHECKING:
    from replay.results.evaluation import Evaluation, SliceEstimate
    from replay.results.money import Money, Statement


def as_json_text(answer: Evaluation | Comparison) -> str:
    """One line of JSON with all that was answered; an end that is infinite is null.

    What is withheld stays so: a refused answer has no estimates, no gain and no curve.
    """
    if isinstance(answer, Comparison):
        plain: dict[str, Any] = {
            "targets": [_plain(item) for item in answer.evaluations],
            "differences": [asdict(item) for item in answer.differences],
        }
    else:
        plain = _plain(answer)
    # msgspec writes NaN and the infinities as null.
    return msgspec.json.encode(plain).decode()


def _plain(answer: Evaluation) -> dict[str, Any]:
    shown = not answer.refused
    return {
        "rows": answer.rows,
        "unit": answer.unit,
        "logging": asdict(answer.logging),
        "target": answer.target,
        "estimand": answer.estimand or None,
        "estimates": [asdict(estimate) for estimate in answer.estimates],
        "default": answer.default,
        "gain": asdict(answer.gain) if answer.gain is not None and shown else None,
        "diagnostics": answer.diagnostics.as_dict(),
        "verdict": answer.verdict,
        "findings": [item._asdict() for item in answer.findings],
        "overlap": [item._asdict() for item in answer.overlap],
        "weights": [asdict(item) for item in answer.weights],
        "curve": [asdict(item) for item in answer.curve if shown],
        "slices": [_slice(item) for item in answer.slices],
        "notes": list(answer.notes),
        "counts": answer.counts,
        "unusable": answer.unusable.plain(),
        "money": _money(answer.money) if answer.money is not None and shown else None,
        "learning": asdict(answer.learning) if answer.learning is not None else None,
    }


def _slice(part: SliceEstimate) -> dict[str, Any]:
    return _with_verdict(asdict(part), part.verdict)


def _money(money: Money) -> dict[str, Any]:
    plain = asdict(money)
    plain["whole"] = _statement(money.whole)
    for part, its in zip(money.slices, plain["slices"], strict=True):
        its["statement"] = _statement(part.statement)
    return plain


def _statement(statement: Statement) -> dict[str, Any]:
    return _with_verdict(asdict(statement), statement.verdict)


def _with_verdict(plain: dict[str, Any], verdict: str) -> dict[str, Any]:
    """Put a verdict in words where its judgement stands."""
    words = {"judgement": ("verdict", verdict)}
    return dict(words.get(key, (key, value)) for key, value in plain.items())
