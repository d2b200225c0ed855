"""What a log comes down to under a target: sums that are small, whatever the log's length."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from replay.tables.unusable import Unusable

if TYPE_CHECKING:
    from replay.diagnostics import WeightSums
    from replay.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Fold:
    """Sums of a log.

    `unit` is what a row is; `kind` what the rewards are (`binary`, `positive`, `real`);
    `estimators` answer, the last by default; `logging` has weights of 1; `blocked` is a verdict
    that needs no diagnostics; `unusable` are the rows of a table that were left out.
    """

    unit: str
    kind: str
    weights: WeightSums
    logging: Any
    estimators: tuple[Any, ...]
    notes: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    blocked: Verdict | None = None
    unusable: Unusable = field(default_factory=Unusable)
