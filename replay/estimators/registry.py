"""Which estimators there are, and which a question gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from replay.estimators.baseline import Baseline
from replay.estimators.dm import Dm
from replay.estimators.dr import Dr
from replay.estimators.ips import Ips
from replay.estimators.snips import Snips

if TYPE_CHECKING:
    from replay.estimators.estimator import Estimator
    from replay.target import Target

ESTIMATORS: tuple[type[Estimator], ...] = (Ips, Snips, Dm, Dr, Baseline)
"""All estimators of rows; those of whole tasks are in `replay/estimators/stepwise.py`."""


def estimators_for(target: Target, *, pmf_known: bool) -> tuple[Any, ...]:
    """Estimators that can answer, empty; the last is the default.

    The choice is by what is known of the target, never by rewards. Weights of 1 need no model.
    """
    if target.kind == "logging":
        return Ips(), Snips()
    if not pmf_known:
        return Ips(), Snips(), Baseline()
    return Ips(), Snips(), Dm(), Dr()
