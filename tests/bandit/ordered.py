"""Engines that an operator orders about, and what they do then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.events import Ask, Control, Decision, Label
from bandit.settings import AuditSettings, PolicySettings, Settings
from tests.bandit import small
from tests.bandit.small import POOL, TASK, change

if TYPE_CHECKING:
    from bandit.engine.engine import Engine
    from bandit.events import Input, Output

SETTINGS = Settings(
    policy=PolicySettings(name="uniform", labels_per_task=2, max_labels=2, min_labels=2),
    audit=AuditSettings(share=1e-9),
)
AUDITED = change(SETTINGS, audit=AuditSettings(share=1.0, least=1.0))
EXPERTS = change(POOL, pool="experts", gold=True, usd_per_label=0.5)
PAUSE = Control(at=0.0, project="p", paused=True)
GO_ON = Control(at=1.0, project="p")
PIN = Control(at=0.0, project="p", pool="b")
DAY_S = 86_400.0


def engine(*events: Input, settings: Settings = SETTINGS) -> Engine:
    """An engine with the pools a and b that has received `events`."""
    return small.engine(change(POOL, pool="b", usd_per_label=0.2), *events, settings=settings)


def label(ask: Ask, number: int = 1, usd: float | None = None) -> Label:
    return Label(
        label=f"{ask.task}/{ask.ask}",
        task=ask.task,
        ask=ask.ask,
        pool=ask.pool,
        labeler=f"w{number}",
        answer="yes",
        at=5.0,
        usd=usd,
    )


def asks(out: list[Output]) -> list[Ask]:
    return [one for one in out if isinstance(one, Ask)]


def decisions(out: list[Output]) -> list[Decision]:
    return [one for one in out if isinstance(one, Decision)]


def capped(usd: float) -> Control:
    return Control(at=0.0, project="p", usd_per_day=usd)


def several(made: Engine, count: int, first: int = 0) -> list[Ask]:
    """The asks about `count` further tasks."""
    some = range(first, first + count)
    return [ask for n in some for ask in asks(made.receive(change(TASK, task=f"t{n}")))]
