"""An engine resumed after any event is one that never stopped, and what is dropped never was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given, settings

from bandit.engine.engine import Engine
from bandit.events import Control, DeadLetter, Pool, Reward
from bandit.learn.brain import Brain
from bandit.settings import AuditSettings, PolicySettings, Settings
from tests.bandit.hostile import Play, plays, settings_of
from tests.bandit.market import wild_market

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bandit.events import Input, Output
    from tests.bandit.hostile import Move

Fed = tuple["Input | Reward", bytes]
AUDITED = Settings(policy=PolicySettings(max_labels=5), audit=AuditSettings(share=0.3))


class Restarting:
    """An engine that is stopped and taken up again from its records, whenever it is told to.

    The records go through a compacted topic: the newest value of each key, in any order of keys.
    """

    def __init__(self, chosen: Settings) -> None:
        self._settings = chosen
        self._topic: dict[bytes, bytes | None] = {}
        self._described: dict[object, Pool | Control] = {}
        self.engine = Engine(chosen, Brain(chosen))

    def receive(self, event: Input | Reward) -> list[Output]:
        """Feed the engine that runs now."""
        out = self.engine.receive(event)
        if isinstance(event, Pool | Control) and not any(isinstance(e, DeadLetter) for e in out):
            name = event.pool if isinstance(event, Pool) else event.project
            self._described[type(event), name] = event
        return out

    def restart(self, *, reload: bool = True) -> None:
        """Commit, stop, and go on in a new engine; `reload` makes a new brain of its bytes."""
        self._topic.update({key: value for _, key, value in self.engine.changes()})
        self.engine.keep()
        assert self.engine.changes() == []
        brain = self.engine.brain
        if reload:
            brain = Brain.from_bytes(self._settings, brain.to_bytes())
        self.engine = Engine(self._settings, brain)
        for described in reversed(self._described.values()):
            self.engine.receive(described)
        self.engine.restore(0, reversed(self._topic.items()))
        assert self.engine.changes() == []


def in_bytes(out: Iterable[Output]) -> bytes:
    """What an engine said, as it stands in the log."""
    return msgspec.json.encode(list(out))


def as_fed(play: Play) -> list[Fed]:
    """Every event that was played, with the bytes of what came of it."""
    history = play.history
    return [
        (event, in_bytes(out)) for event, out in zip(history.received, history.outputs, strict=True)
    ]


@pytest.mark.parametrize(("reload", "examples"), [(True, 4), (False, 40)])
def test_an_engine_restarted_after_every_event_says_what_one_says_that_never_stopped(
    reload: bool, examples: int
) -> None:
    """To write and read a brain takes a hundred times as long as all else, so that is done less."""

    @settings(max_examples=examples, deadline=None)
    @given(plays, settings_of)
    def check(some: Sequence[Move], chosen: Settings) -> None:
        play = Play(chosen)
        play.play(some)
        play.learn()
        restarting = Restarting(chosen)
        for event, said in as_fed(play):
            assert in_bytes(restarting.receive(event)) == said
            restarting.restart(reload=reload)

    check()


@pytest.mark.parametrize("every", [29, 300])
def test_a_market_is_not_disturbed_by_restarts(every: int) -> None:
    straight = Engine(AUDITED, Brain(AUDITED))
    history = wild_market(60).run(straight)
    restarting = Restarting(AUDITED)
    for number, event in enumerate(history.received):
        assert in_bytes(restarting.receive(event)) == in_bytes(history.outputs[number])
        if number % every == every - 1:
            restarting.restart()
    assert restarting.engine.brain.to_bytes() == straight.brain.to_bytes()


@settings(max_examples=60, deadline=None)
@given(plays, settings_of)
def test_batches_that_are_dropped_and_received_again_say_the_same(
    some: Sequence[Move], chosen: Settings
) -> None:
    """Each batch is received, dropped, received again and kept; its rewards come after it."""
    play = Play(chosen)
    play.play(some)
    play.learn()
    engine = Engine(chosen, Brain(chosen))
    for batch in batches(as_fed(play)):
        for _ in range(2):
            engine.drop()
            for event, said in batch:
                if not isinstance(event, Reward):
                    assert in_bytes(engine.receive(event)) == said
        engine.keep()
        for event, _ in batch:
            if isinstance(event, Reward):
                engine.receive(event)


@settings(max_examples=60, deadline=None)
@given(plays, plays, settings_of)
def test_what_was_dropped_never_was(
    dropped: Sequence[Move], some: Sequence[Move], chosen: Settings
) -> None:
    """Tasks, time and pools; rewards aside, which only ever come from what was kept."""
    play = Play(chosen)
    play.play(some)
    fed = as_fed(play)
    engine = Engine(chosen, Brain(chosen))
    other = Play(chosen)
    other.play(dropped)
    for event, _ in fed[:3]:
        engine.receive(event)
    engine.keep()
    for event in other.history.received:
        if not isinstance(event, Reward):
            engine.receive(event)
    engine.drop()
    for event, said in fed[3:]:
        assert in_bytes(engine.receive(event)) == said


def batches(fed: Sequence[Fed]) -> Iterable[list[Fed]]:
    """Split after every fourth event, and before an event that follows a reward."""
    batch: list[Fed] = []
    for one in fed:
        learned = bool(batch) and isinstance(batch[-1][0], Reward)
        if len(batch) >= 4 or (learned and not isinstance(one[0], Reward)):
            yield batch
            batch = []
        batch.append(one)
    yield batch


def test_the_restarting_engine_would_notice_a_lost_record() -> None:
    """The test above can fail: without the desk's own record, time is lost."""
    history = wild_market(30).run(Engine(AUDITED, Brain(AUDITED)))
    restarting = Restarting(AUDITED)
    differs = False
    for number, event in enumerate(history.received):
        differs |= in_bytes(restarting.receive(event)) != in_bytes(history.outputs[number])
        if number == 40:
            restarting.restart()
            restarting.engine.release(0)
    assert differs
