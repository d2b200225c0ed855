"""One pool, one task and what may be said of them: the smallest events to refuse or accept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from bandit.engine.engine import Engine
from bandit.events import (
    Decline,
    Gold,
    Label,
    Pool,
    Task,
    Tick,
)
from bandit.learn.brain import Brain
from bandit.settings import AuditSettings, MemorySettings, PolicySettings, Settings

if TYPE_CHECKING:
    from bandit.events import Input, Output

SETTINGS = Settings(
    policy=PolicySettings(name="fixed", pool="a", labels_per_task=2, max_labels=2, min_labels=2),
    memory=MemorySettings(remember_closed_s=1000.0, gold_waits_s=100.0, max_waiting_gold=3),
    audit=AuditSettings(share=1e-9),
)
POOL = Pool(pool="a", at=0.0, usd_per_label=0.05, ask_timeout_s=60.0)
TASK = Task(task="t1", project="p", at=0.0, classes=("yes", "no"))
LABEL = Label(label="l1", task="t1", ask=1, pool="a", labeler="w1", answer="yes", at=5.0)
DECLINE = Decline(task="t1", ask=1, pool="a", at=5.0)
GOLD = Gold(task="t1", answer="yes", at=5.0)
SECOND = msgspec.structs.replace(LABEL, label="l2", ask=2, labeler="w2")


def change(event: Any, **fields: Any) -> Any:
    return msgspec.structs.replace(event, **fields)


def engine(*events: Input, settings: Settings = SETTINGS) -> Engine:
    """An engine with one pool that has received `events`."""
    made = Engine(settings, Brain(settings))
    for event in (POOL, Tick(at=0.0), *events):
        made.receive(event)
    return made


def kinds(out: list[Output]) -> list[str]:
    return [type(event).__name__ for event in out]
