"""What machine labelers are told, seen from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import asdict

from bandit.machine.labeler import MachineLabeler

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.machine.lesson import Lesson


@pytest.fixture
def lessons(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """All that machine labelers are told, in order."""
    told: list[dict[str, Any]] = []
    original = MachineLabeler.learn_all

    def learn_all(self: MachineLabeler, of_block: Sequence[Lesson]) -> None:
        told.extend(asdict(lesson) for lesson in of_block)
        original(self, of_block)

    monkeypatch.setattr(MachineLabeler, "learn_all", learn_all)
    return told
