"""Replay looks back: off-policy evaluation, simulation and reports; it reads logs only.

`replay.evaluate` and `replay.compare` are the Python calls behind `poolwise evaluate`;
`replay.weigh` says what labels that were given already say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from replay.evaluation.api import compare, evaluate
    from replay.weighing.weigh import weigh

__all__ = ["compare", "evaluate", "weigh"]


def __getattr__(name: str) -> Any:
    """Load what is public when it is asked for: other parts do without it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "weigh":
        from replay.weighing.weigh import weigh  # noqa: PLC0415 - see above

        return weigh
    from replay.evaluation import api  # noqa: PLC0415 - see above

    return getattr(api, name)
