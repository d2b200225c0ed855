"""Everything at once, and an engine that is stopped and taken up again says the same."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from bandit.engine.engine import Engine
from bandit.events import STOP, Ask, Decision, Pool, Reward, Task
from bandit.learn.brain import Brain
from tests.bandit.drawn_events import SECRET, DrawnEvents, settings
from tests.bandit.engine.test_resume import Restarting, in_bytes
from tests.bandit.ledger import Ledger

if TYPE_CHECKING:
    from bandit.events import Input, Output

STEPS, RESTART_EVERY = 300, 100


def numbers(value: Any) -> list[float]:
    """Every number in a tree of plain values."""
    if isinstance(value, dict | list | tuple):
        inner = value.values() if isinstance(value, dict) else value
        return [number for one in inner for number in numbers(one)]
    return [value] if isinstance(value, float) else []


class Checked:
    """Two engines that are fed the same: one runs on, the other is restarted now and then."""

    def __init__(self, seed: int) -> None:
        chosen = settings(seed)
        self.drawn = DrawnEvents(seed)
        self.engine = Engine(chosen, Brain(chosen))
        self._other = Restarting(chosen)
        self.ledger = Ledger(self.engine)
        self._tasks: dict[str, Task] = {}
        self._fed = 0

    def feed(self, event: Input | Reward) -> None:
        """Feed both, check what comes out, and feed its rewards."""
        out = self.engine.receive(event)
        assert in_bytes(out) == in_bytes(self._other.receive(event))
        self._fed += 1
        if self._fed % RESTART_EVERY == 0:
            self._other.restart()
        self.ledger.receive(event, out)
        if isinstance(event, Task) and any(isinstance(one, Decision) for one in out):
            self._tasks[event.task] = event
        if not isinstance(event, Reward):
            self.drawn.note(event, out)
        for one in out:
            self._check(one)
        for one in out:
            if isinstance(one, Reward):
                self.feed(one)

    def _check(self, one: Output) -> None:
        assert all(math.isfinite(number) for number in numbers(msgspec.to_builtins(one)))
        if not isinstance(one, Ask):
            assert SECRET.encode() not in msgspec.json.encode(one)
        if isinstance(one, Decision):
            assert 0.0 <= one.confidence <= 1.0
            for name in set(one.pmf) - {STOP}:
                pool = self.drawn.pools[name]
                assert pool.open
                assert pool.capacity_per_hour != 0.0
                assert pool.gold or self._may_be_asked(one, pool)

    def _may_be_asked(self, decision: Decision, pool: Pool) -> bool:
        """Whether the project's order allows the pool."""
        control = self.drawn.controls.get(decision.project)
        return control is None or not (control.paused or control.pool not in {None, pool.pool})


@pytest.mark.parametrize("seed", range(3))
def test_every_promise_holds_and_restarts_change_nothing(seed: int) -> None:
    checked = Checked(seed)
    for event in checked.drawn.opening():
        checked.feed(event)
    for _ in range(STEPS):
        checked.feed(checked.drawn.next())
    assert checked.engine.brain.position > 50
    for event in checked.drawn.ending(days=2):
        checked.feed(event)
    checked.ledger.close()
