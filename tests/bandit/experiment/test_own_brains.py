"""An arm that learns for itself learns from its own rewards alone, from the test's first one on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bandit.errors import StateError
from bandit.events import Decision, Reward
from bandit.experiment_settings import ArmSettings
from bandit.learn.brain import Brain
from bandit.learn.brains import Brains
from tests.bandit.experiment.running import engine_of, market, settings_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bandit.market import History

ARMS = {
    "control": ArmSettings(share=0.4),
    "few": ArmSettings(share=0.2, max_labels=2),
    "bold": ArmSettings(share=0.2, rate=5.0),
    "apart": ArmSettings(share=0.2, max_labels=3, own_brain=True),
}
OWN = ("bold", "apart")
SETTINGS = settings_of(ARMS)
REWARDS = [reward for reward in market(60).run(engine_of(SETTINGS)).events(Reward) if reward.pool][
    :60
]
TAGS = st.sampled_from(
    [
        (None, None),
        ("earlier", "bold"),
        *(("x", name) for name in ARMS),
        ("x", "gone"),
    ]
)


@settings(max_examples=25, deadline=None)
@given(st.lists(TAGS, max_size=len(REWARDS)))
def test_own_brains_never_see_the_rewards_of_others(
    tags: Sequence[tuple[str | None, str | None]],
) -> None:
    rewards = [
        replace(reward, experiment=experiment, arm=arm)
        for reward, (experiment, arm) in zip(REWARDS, tags, strict=False)
    ]
    brains = Brains(SETTINGS, Brain(SETTINGS))
    for reward in rewards:
        brains.learn(reward)
    begins = next((i for i, one in enumerate(rewards) if one.experiment == "x"), None)
    before = rewards if begins is None else rewards[:begins]
    after = [] if begins is None else rewards[begins:]
    of_own = {name: [r for r in after if (r.experiment, r.arm) == ("x", name)] for name in OWN}
    for name in OWN:
        assert brains.of(name).to_bytes() == folded([*before, *of_own[name]])
    shared = [r for r in rewards if not (r.experiment == "x" and r.arm in OWN)]
    assert brains.shared.to_bytes() == folded(shared)
    assert brains.of("control") is brains.of("few") is brains.shared


def folded(rewards: Sequence[Reward]) -> bytes:
    brain = Brain(SETTINGS)
    for reward in rewards:
        brain.learn(reward)
    return brain.to_bytes()


@pytest.fixture(scope="module")
def history() -> History:
    return market(150).run(engine_of(SETTINGS))


def test_every_reward_and_decision_says_whose_it_is(history: History) -> None:
    arms = {one.task: one.arm for one in history.choices()}
    for reward in history.events(Reward):
        assert (reward.experiment, reward.arm) == ("x", arms[reward.task])
    assert {one.arm: one.brain for one in history.choices()[40:]} == {
        "control": "shared",
        "few": "shared",
        "bold": "own",
        "apart": "own",
    }


def test_an_arm_decides_by_what_it_has_learned(history: History) -> None:
    """`brain_position` counts the rewards behind a decision: those that its brain has learned."""
    learned = dict.fromkeys(OWN, 0)
    shared = 0
    for event, out in zip(history.received, history.outputs, strict=True):
        if isinstance(event, Reward):
            if event.arm in learned:
                learned[event.arm] += 1
            else:
                shared += 1
        for one in out:
            if isinstance(one, Decision):
                assert one.brain_position == learned.get(one.arm or "", shared)


def test_what_is_saved_goes_on_as_if_it_had_not_stopped() -> None:
    brains = Brains(SETTINGS, Brain(SETTINGS))
    again = Brains(SETTINGS, Brain(SETTINGS))
    tags = [("x", list(ARMS)[i % len(ARMS)]) for i in range(len(REWARDS))]
    for i, (reward, (experiment, arm)) in enumerate(zip(REWARDS, tags, strict=True)):
        if i % 20 == 10:
            again.adopt(brains.shared.to_bytes(), brains.own_bytes())
        for one in (brains, again) if i >= 10 else (brains,):
            one.learn(replace(reward, experiment=experiment, arm=arm))
    assert again.own_bytes() == brains.own_bytes()
    assert list(brains.own_bytes()) == ["x/bold", "x/apart"]
    assert again.shared.to_bytes() == brains.shared.to_bytes()


def test_brains_of_another_test_are_not_taken_over() -> None:
    brains = Brains(SETTINGS, Brain(SETTINGS))
    brains.learn(replace(REWARDS[0], experiment="x", arm="bold"))
    other = settings_of(ARMS, name="y")
    later = Brains(other, Brain(other))
    later.adopt(brains.shared.to_bytes(), brains.own_bytes())
    assert later.own == {}


def test_a_damaged_brain_of_an_arm_changes_nothing() -> None:
    brains = Brains(SETTINGS, Brain(SETTINGS))
    brains.learn(replace(REWARDS[0], experiment="x", arm="bold"))
    before = brains.shared.to_bytes(), brains.own_bytes()
    with pytest.raises(StateError):
        brains.adopt(folded(REWARDS), {"x/bold": b"no brain"})
    assert (brains.shared.to_bytes(), brains.own_bytes()) == before
