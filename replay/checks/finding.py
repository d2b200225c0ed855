"""One check of a log: good, weak or broken, and what was found."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """One check: its name, `good`, `weak` or `broken`, and what was found."""

    name: str
    verdict: str
    text: str
