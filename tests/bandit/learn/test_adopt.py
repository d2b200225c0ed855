"""A follower takes over what another process has learned, in one go."""

from __future__ import annotations

import msgspec
import pytest

from bandit.engine.engine import Engine
from bandit.errors import StateError
from bandit.events import Pool, Reward
from bandit.learn.brain import Brain
from bandit.settings import AuditSettings, PolicySettings, Settings
from tests.bandit.engine.test_resume import in_bytes
from tests.bandit.market import History, wild_market

SETTINGS = Settings(policy=PolicySettings(max_labels=5), audit=AuditSettings(share=0.3))


def learned(tasks: int, seed: int) -> tuple[Engine, History]:
    """An engine that has been through a market, and all that it did."""
    engine = Engine(SETTINGS, Brain(SETTINGS))
    return engine, wild_market(tasks, seed).run(engine)


def test_an_engine_that_adopted_decides_like_one_that_was_made_with_that_brain() -> None:
    """It has decided and learned before, and has opinions of its own to give up."""
    saved = learned(80, 1)[0].brain.to_bytes()
    adopter, _ = learned(40, 2)
    made = Engine(SETTINGS, Brain.from_bytes(SETTINGS, saved))
    adopter.adopt(saved)
    assert adopter.brain.position == made.brain.position
    _restore(adopter, made)
    history = wild_market(60, 3).run(made)
    for event, out in zip(history.received, history.outputs, strict=True):
        assert in_bytes(adopter.receive(event)) == in_bytes(out)
    assert adopter.brain.to_bytes() == made.brain.to_bytes()


def test_a_brain_at_the_same_position_is_another_one_all_the_same() -> None:
    """What is known of pools is kept from decision to decision, until it may have changed."""
    engine, history = learned(40, 1)
    rewards = history.events(Reward)
    other = Brain(SETTINGS)
    for reward in rewards:
        if reward.answer is not None:  # others say what these do not
            another = reward.classes[reward.classes.index(reward.answer) - 1]
            reward = msgspec.structs.replace(reward, answer=another)  # noqa: PLW2901
        other.learn(reward)
    assert other.position == engine.brain.position
    fresh = Engine(SETTINGS, other)
    _restore(engine, fresh)
    pools = [event for event in history.received if isinstance(event, Pool)]
    first = next(wild_market(1, 9).tasks())
    for one in (engine, fresh):
        for pool in pools:
            one.receive(pool)
    before = engine.receive(first)
    _restore(engine, fresh)
    engine.adopt(other.to_bytes())
    assert in_bytes(engine.receive(first)) == in_bytes(fresh.receive(first)) != in_bytes(before)


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{}",
        b'{"version":1}',
        b"\x81\xa7version\x02",
        "another version",
        "another model",
        "fewer counts",
        "half of the labelers",
    ],
)
def test_what_cannot_be_read_changes_nothing(damage: bytes | str) -> None:
    engine, _ = learned(30, 1)
    before = engine.brain.to_bytes()
    data = damage
    if isinstance(damage, str):
        saved = msgspec.msgpack.decode(learned(10, 2)[0].brain.to_bytes())
        if damage == "another version":
            saved["version"] = 999
        elif damage == "another model":
            saved["brain"]["quality"] = b"not a model"
        elif damage == "fewer counts":
            (project,) = saved["brain"]["projects"].values()
            project["labels"]["counts"][0] = project["labels"]["counts"][0][:-1]
        else:
            saved["labelers"] = saved["labelers"][:-1]
        data = msgspec.msgpack.encode(saved)
    assert isinstance(data, bytes)
    with pytest.raises(StateError):
        engine.adopt(data)
    assert engine.brain.to_bytes() == before


def _restore(engine: Engine, like: Engine) -> None:
    """Let `engine` have the open tasks of `like`, which has none, and no others."""
    assert like.open_tasks() == 0
    engine.keep()
    engine.restore(0, ())
