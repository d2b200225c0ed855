"""Decisions of all partitions come in the order of what the shared model had learned."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from bandit.events import STOP, Decision
from streams.log.codec import encode
from streams.log.log import NewRecord
from streams.log.topics import DECISIONS
from streams.shadow.decisions import Decisions
from tests.streams.scenes import new_log

if TYPE_CHECKING:
    from pathlib import Path


def decision(task: str, position: int, brain: str | None = None) -> Decision:
    return Decision(
        task=task,
        project="p",
        ask=1,
        at=0.0,
        choice=STOP,
        pmf={STOP: 1.0},
        propensity=1.0,
        why="first",
        features_version=1,
        features={},
        signals={},
        quality={},
        usd_per_label={},
        scarcity_usd={},
        worth_usd=1.0,
        usd=0.0,
        posterior={},
        confidence=0.5,
        labels=0,
        expires_at=None,
        policy="value",
        arm=None if brain is None else "a",
        seed=0,
        brain_position=position,
        brain=brain,
    )


def test_what_an_own_brain_has_learned_does_not_hold_others_back(tmp_path: Path) -> None:
    """It has learned 900 rewards where the shared one has learned 10 to 40."""
    first = [decision("a1", 10), decision("a2", 900, "own"), decision("a3", 20, "shared")]
    second = [decision("b1", 15), decision("b2", 30, "shared"), decision("b3", 40)]
    with closing(new_log(tmp_path / "labels.db", 2)) as log:
        log.write(
            [
                NewRecord(DECISIONS, made.task.encode(), encode(made), partition)
                for partition, of in enumerate((first, second))
                for made in of
            ]
        )
        with closing(Decisions(log, {})) as reader:
            order = [logged.decision.task for logged in reader.so_far(lambda: False)]
    assert order == ["a1", "a2", "b1", "a3", "b2", "b3"]
