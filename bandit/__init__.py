"""The core of poolwise: it decides and learns, without input or output of its own.

`Engine` takes in events and returns what follows from them, `Brain` is what it has learned,
`Settings` with its sections says how, and `Calibration` is the map from raw to calibrated
confidence. Events are in `bandit.events`, errors in `bandit.errors`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bandit.engine.engine import Engine
    from bandit.learn.brain import Brain
    from bandit.learn.calibration import Calibration
    from bandit.settings import AuditSettings, PolicySettings, ProjectSettings, Settings

__all__ = [
    "AuditSettings",
    "Brain",
    "Calibration",
    "Engine",
    "PolicySettings",
    "ProjectSettings",
    "Settings",
]

MODULES = {
    "AuditSettings": "bandit.settings",
    "Brain": "bandit.learn.brain",
    "Calibration": "bandit.learn.calibration",
    "Engine": "bandit.engine.engine",
    "PolicySettings": "bandit.settings",
    "ProjectSettings": "bandit.settings",
    "Settings": "bandit.settings",
}
"""Where what is public is."""


def __getattr__(name: str) -> Any:
    """Load what is public when it is asked for: modules of the core import this one first."""
    if name not in MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(MODULES[name]), name)
