"""Stands in for torch where it isn't installed, so that obp can be imported without it.

obp needs torch for policies that are neural networks; its estimators use none of it.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from types import ModuleType

PARTS = (
    "torch",
    "torch.nn",
    "torch.nn.functional",
    "torch.optim",
    "torch.utils",
    "torch.utils.data",
)


class Empty(ModuleType):
    """A module in which every name is a class that does nothing."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


def stand_in() -> None:
    """Let `import torch` find something."""
    if find_spec("torch"):
        return
    for part in PARTS:
        sys.modules[part] = Empty(part)
    for part in PARTS[1:]:
        parent, _, name = part.rpartition(".")
        setattr(sys.modules[parent], name, sys.modules[part])


stand_in()
