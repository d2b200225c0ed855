"""Everything at once, drawn from a seed: projects, pools and orders that change, leaps of time.

Several projects with classes of their own share labelers and pools; ids of tasks come again once
they are free, with other classes; a month may pass between two events.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bandit.events import Ask, Control, Decline, Gold, Label, Pool, Prediction, Task, Tick
from bandit.settings import AuditSettings, ClockSettings, MemorySettings, PolicySettings, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bandit.events import Feature, Input, Output

SECRET = "a secret of the task"  # in payloads and long texts, which only asks may show
BEGIN, DAY_S = 1.7e9, 86_400.0
CLASSES = (
    ("yes", "no"),
    ("no", "yes"),
    ("k0", "k1", "k2", "k3", "k4", "k5", "k6"),
    tuple(f"c{number}" for number in range(40)),
    ("x" * 64, "\N{OCTOPUS}", " "),
)
PROJECTS = ("p", "q\x1f0.9", "\N{OCTOPUS}" * 30, "a/b|c d")
POOLS = ("a", "b|c", "\N{OCTOPUS} d")
LABELERS = tuple(f"w{number}" for number in range(12))
LEAPS = (0.0, 1.0, 5.0, 30.0, 60.0, 600.0, 4000.0, 7 * DAY_S, 30 * DAY_S)
NUMBERS = (0.0, 1.0, -1e308, 5e-324, 1e13)


def settings(seed: int) -> Settings:
    """Settings under which much is forgotten, drawn from the seed."""
    chance = random.Random(seed)
    return Settings(
        seed=seed,
        policy=PolicySettings(escalate=chance.random() < 0.5, max_labels=4, max_asks=9),
        audit=AuditSettings(share=0.3),
        clock=ClockSettings(confirmations=2),
        memory=MemorySettings(
            remember_closed_s=chance.choice((0.0, 100.0)),
            gold_waits_s=600.0,
            max_closed=chance.choice((3, 1000)),
            max_labelers=chance.choice((5, 1000)),
        ),
    )


class DrawnEvents:
    """Draws the next event from a seed and what was asked so far."""

    def __init__(self, seed: int) -> None:
        self.pools: dict[str, Pool] = {}
        self.controls: dict[str, Control] = {}
        self.now = BEGIN
        self._chance = random.Random(seed)
        self._asks: list[Ask] = []
        self._moves: dict[Callable[[], Input], float] = {
            self._task: 24,
            self._answer: 35,
            self._tick: 18,
            self._pool: 1,
            self._order: 2,
            self._gold: 4,
            self._prediction: 6,
        }

    def opening(self) -> Iterator[Input]:
        """Describe all pools, and begin the time."""
        for name in POOLS:
            yield Pool(pool=name, at=0.0, usd_per_label=0.05, ask_timeout_s=300.0)
        yield Pool(pool="experts", at=0.0, usd_per_label=0.5, ask_timeout_s=900.0, gold=True)
        yield Tick(at=BEGIN)

    def next(self) -> Input:
        """Draw an event."""
        (move,) = self._chance.choices(list(self._moves), list(self._moves.values()))
        return move()

    def ending(self, days: int) -> Iterator[Input]:
        """Lift all orders, open the pools, and let days pass."""
        for project in PROJECTS:
            yield Control(at=0.0, project=project)
        for pool in list(self.pools.values()):
            yield replace(pool, open=True, skills=("s",), capacity_per_hour=None)
        for hour in range(24 * days):
            yield Tick(at=self.now + 3600.0 * (hour + 1))

    def note(self, event: Input, out: list[Output]) -> None:
        """Note what was taken in, and what was asked."""
        match event:
            case Pool():
                self.pools[event.pool] = event
            case Control() if event.project is not None:
                self.controls[event.project] = event
        self._asks = (self._asks + [one for one in out if isinstance(one, Ask)])[-40:]

    def _task(self) -> Task:
        draw = self._chance
        features: dict[str, Feature] = {
            "length": draw.choice((*NUMBERS, draw.random())),
            "kind": draw.choice(("a", "b", PROJECTS[1])),
            "vector": tuple(draw.gauss(0.0, 1.0) for _ in range(draw.choice((1, 2, 65, 200)))),
            "text": f"{SECRET}, {draw.random()} " * 4,
        }
        return Task(
            task=f"t{draw.randrange(20)}",
            project=draw.choice(PROJECTS),
            at=self.now,
            classes=draw.choice(CLASSES),
            features=dict(draw.sample(sorted(features.items()), draw.randrange(4))),
            skills=draw.choice(((), (), (), ("s",))),
            deadline_at=draw.choice((None, None, self.now - 1.0, self.now + 100.0)),
            value_usd=draw.choice((None, None, 1e-9, 0.1, 1e12)),
            target_accuracy=draw.choice((None, 1e-300, 0.95)),
            payload=SECRET,
        )

    def _answer(self) -> Input:
        draw = self._chance
        if not self._asks:
            return self._task()
        ask = draw.choice(self._asks[-6:] if draw.random() < 0.8 else self._asks)
        if draw.random() < 0.8:
            self._asks.remove(ask)
        if draw.random() < 0.07:
            return Decline(task=ask.task, ask=ask.ask, pool=ask.pool, at=self.now)
        truth = ask.classes[len(ask.task) % len(ask.classes)]
        return Label(
            label=f"{draw.random()}",
            task=ask.task,
            ask=ask.ask,
            pool=ask.pool,
            labeler=draw.choice([name for name in LABELERS if name not in ask.exclude]),
            answer=truth if draw.random() < 0.75 else draw.choice(ask.classes),
            at=self.now + draw.choice((0.0, 5.0, -1e6, 1e9)),
            usd=draw.choice((None, None, None, 0.0, 1e12)),
        )

    def _tick(self) -> Tick:
        often = self._chance.random() < 0.8
        self.now += self._chance.choice(LEAPS[:5] if often else LEAPS)
        return Tick(at=self.now)

    def _pool(self) -> Pool:
        draw = self._chance
        name = draw.choice(POOLS)
        return Pool(
            pool=name,
            at=0.0,
            usd_per_label=draw.choice((0.0, 0.02, 0.1, 1e-300, 1e12)),
            capacity_per_hour=draw.choice((None, None, 0.0, 1.0, 60.0)),
            ask_timeout_s=draw.choice((1e-3, 60.0, 900.0)),
            skills=draw.choice(((), ("s",))),
            open=draw.random() < 0.8,
            asks_per_task=4 if name == POOLS[0] else 1,
        )

    def _order(self) -> Control:
        draw = self._chance
        project = draw.choice(PROJECTS)
        if draw.random() < 0.5:
            return Control(at=0.0, project=project)
        return Control(
            at=0.0,
            project=project,
            paused=draw.random() < 0.15,
            pool=draw.choice((None, None, None, "a", "nobody")),
            usd_per_day=draw.choice((None, None, 0.0, 1.0)),
            usd_total=draw.choice((None, None, 0.0, 5.0)),
            machine=draw.choice(("on", "on", "off", "frozen")),
            shadow=draw.choice(((), LABELERS[:2])),
        )

    def _gold(self) -> Gold:
        draw = self._chance
        answer = draw.choice(draw.choice(CLASSES))
        return Gold(task=f"t{draw.randrange(20)}", answer=answer, at=draw.choice((0.0, self.now)))

    def _prediction(self) -> Prediction:
        draw = self._chance
        chances = draw.choice(({"yes": 0.9, "no": 0.1}, {"k0": 1.0}, {"yes": 1.0, "no": 5e-324}))
        source = f"model {draw.randrange(20)}"
        return Prediction(
            task=f"t{draw.randrange(20)}", source=source, chances=chances, at=self.now
        )
