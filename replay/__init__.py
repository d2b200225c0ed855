"""Replay looks back: off-policy evaluation, simulation and reports; it reads logs only.

`replay.evaluate` and `replay.compare` are the Python calls behind `poolwise evaluate`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from replay.evaluation.api import compare, evaluate

__all__ = ["compare", "evaluate"]


def __getattr__(name: str) -> Any:
    """Load what is public when it is asked for: other parts do without it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from replay.evaluation import api  # noqa: PLC0415 - see above

    return getattr(api, name)
