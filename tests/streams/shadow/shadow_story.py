"""What the tests of the shadow share: a story that a worker lived through, and shadows of it."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from bandit.draw import draw
from bandit.events import Ask, Decline, Gold, Pool, Tick
from bandit.settings import AuditSettings, PolicySettings, ProjectSettings, Settings
from streams.config.config import WorkerSettings
from streams.core import engine_maker
from streams.embedded.log import EmbeddedLog
from streams.log.log import NewRecord
from streams.shadow.log import ShadowLog
from streams.shadow.shadow import Shadow
from streams.worker.worker import Worker
from tests.streams.scenes import label, record, task, write

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from bandit.events import Input
    from streams.log.log import Log
    from streams.shadow.comparison import ShadowComparison

SKILL = {"a": 0.7, "b": 0.9, "slow": 0.8}
POOLS = (
    Pool(pool="a", at=0.0, usd_per_label=0.02, ask_timeout_s=60.0),
    Pool(pool="b", at=0.0, usd_per_label=0.05, ask_timeout_s=60.0),
    Pool(pool="slow", at=0.0, usd_per_label=0.03, ask_timeout_s=90.0, capacity_per_hour=240.0),
    Pool(pool="expert", at=0.0, usd_per_label=1.0, ask_timeout_s=600.0, gold=True),
)
STEP_S = 20.0
WORTHS: tuple[Mapping[str, Any], ...] = (
    {"project": "p", "value_usd": 1.0},
    {"project": "q", "value_usd": None},
    {"project": "q", "value_usd": None, "target_accuracy": 0.9},
)
"""Tasks that say dollars, that leave it to the project, and that say how sure they want to be."""


VALUE = Settings(
    seed=3,
    policy=PolicySettings(explore_floor=0.1, max_labels=5),
    project=ProjectSettings(target_accuracy=0.85, delay_usd_per_hour=0.3),
    audit=AuditSettings(share=0.2),
)
"""Dollars, targets, waiting that costs: all that a worth and a cost can come from."""


class Crowd:
    """Feeds tasks, lets pools answer and time pass; what they do is fixed by keyed draws."""

    def __init__(self, log: Log, worths: Sequence[Mapping[str, Any]] = WORTHS) -> None:
        self._log = log
        self._worths = worths
        self._asks = [log.follow("asks", part) for part in range(log.partitions("asks"))]
        self._fed = 0
        self._now = 0.0
        write(log, *POOLS)

    def advance(self, tasks: int) -> None:
        """Let `STEP_S` pass: feed `tasks` tasks, answer what was asked, write the time."""
        self._now += STEP_S
        new: list[Input] = []
        for number in range(self._fed, self._fed + tasks):
            worth = self._worths[number % len(self._worths)]
            kind = {"kind": f"k{number % 4}"}
            new.append(task(f"t{number}", at=self._now, features=kind, **worth))
        self._fed += tasks
        for reader in self._asks:
            while records := reader.poll(1000, 0.0):
                for ask_record in records:
                    new += self._answers(ask_record.value or b"")
        tick = record(Tick(at=self._now)).value
        ticks = [NewRecord("labels", None, tick, part) for part in range(len(self._asks))]
        self._log.write([*map(record, new), *ticks])

    def _answers(self, value: bytes) -> list[Input]:
        ask = msgspec.json.decode(value, type=Ask)
        truth = "yes" if draw(1, ask.task, 0, "truth") < 0.5 else "no"
        if ask.pool == "expert":
            return [label(ask, self._now, truth)]
        what = draw(1, ask.task, ask.ask, "what")
        if what < 0.08:
            return []
        if what < 0.14:
            return [Decline(task=ask.task, ask=ask.ask, pool=ask.pool, at=self._now)]
        right = draw(1, ask.task, ask.ask, "right") < SKILL[ask.pool]
        given = label(ask, self._now, truth if right else {"yes": "no", "no": "yes"}[truth])
        gold = Gold(task=ask.task, answer=truth, at=self._now)
        return [given, gold] if what > 0.97 else [given]


def lived(
    log: Log,
    settings: Settings,
    *,
    rounds: int = 30,
    tasks: int = 5,
    worths: Sequence[Mapping[str, Any]] = WORTHS,
    each: Callable[[int], object] = lambda _: None,
    timeout_s: float = 0.0,
    restart_at: int = -1,
) -> None:
    """Let a worker live through a story; `each` is called after each round."""
    crowd = Crowd(log, worths)
    working = worker(log, settings)
    for number in range(rounds):
        crowd.advance(tasks)
        while not working.idle():
            working.step(timeout_s)
        if number == restart_at:
            working.finish()
            working.close()
            working = worker(log, settings)
        each(number)
    working.finish()
    working.close()


def worker(log: Log, settings: Settings) -> Worker:
    """Start a worker whose batches are small, so that it often learns between them."""
    made = WorkerSettings(batch_records=7, snapshot_every=25, snapshot_min_s=0.0)
    return Worker(log, engine_maker(settings, log.partitions("tasks")), made)


def shadowed(log: Log, settings: Settings, **more: Any) -> dict[str, Any]:
    """Return what a shadow reports of all there is."""
    with closing(Shadow(log, settings, **more)) as shadow:
        shadow.run(until_idle=True)
        return shadow.report()


def new(path: Path, partitions: int = 1) -> EmbeddedLog:
    """Make an empty log."""
    return EmbeddedLog(path, partitions, create=True, synchronous="NORMAL")


def lines(log: Log, settings: Settings, file: Path, **more: Any) -> list[ShadowComparison]:
    """Return what a shadow notes of all there is."""
    with closing(ShadowLog(file)) as noted:
        shadowed(log, settings, file=noted, **more)
        return list(noted.lines())


def changed(settings: Settings, section: str, **fields: Any) -> Settings:
    """Return settings of which a section is changed."""
    new = msgspec.structs.replace(getattr(settings, section), **fields)
    return msgspec.structs.replace(settings, **{section: new})


def assert_the_same(comparisons: list[ShadowComparison]) -> None:
    """Assert that a shadow would have done what was done, with the same chances."""
    compared = [line for line in comparisons if line.shadow is not None]
    assert len(compared) > 100
    for line in compared:
        would = line.shadow
        assert would is not None
        assert would.pmf == pytest.approx(line.pmf, abs=1e-9)
        assert would.pmf.keys() == line.pmf.keys()
        assert would.choice == line.choice
        assert would.same_model
        assert would.own_worth
