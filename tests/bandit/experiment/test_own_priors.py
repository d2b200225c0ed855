"""The chances of an arm with a brain of its own are by that brain and its machine labeler."""

from __future__ import annotations

import msgspec
import pytest

from bandit.engine.engine import Engine
from bandit.events import STOP, Decision, Label, Pool, Tick
from bandit.experiment_settings import ArmSettings
from bandit.learn.brain import Brain
from bandit.settings import PolicySettings, Settings
from tests.bandit.engine.test_zero_labels import task
from tests.bandit.experiment.running import settings_of
from tests.bandit.learn.taught import taught

POLICY = PolicySettings(max_labels=4, explore_floor=0.2)
ARMS = {
    "control": ArmSettings(share=0.5),
    "apart": ArmSettings(share=0.5, own_brain=True, check_share=0.3),
}
POOLS = [Pool(pool=name, at=0.0, usd_per_label=0.05) for name in ("a", "b")]
TASKS = 150


def decisions_of(engine: Engine) -> dict[tuple[str, ...], Decision]:
    """Decisions by their task and its choices so far; each label comes at once."""
    for pool in POOLS:
        engine.receive(pool)
    engine.receive(Tick(at=0.0))
    found: dict[tuple[str, ...], Decision] = {}
    for number in range(TASKS):
        path: tuple[str, ...] = (f"new{number}",)
        out = engine.receive(task(number))
        while one := next((event for event in out if isinstance(event, Decision)), None):
            found[path] = one
            path = (*path, one.choice)
            if one.choice == STOP:
                break
            label = Label(
                label="/".join(path),
                task=one.task,
                ask=one.ask,
                pool=one.choice,
                labeler=f"w{one.ask}",
                answer="yes" if number % 3 else "no",
                at=1.0,
            )
            out = engine.receive(label)
    return found


def brain_of(settings: Settings, tasks: int) -> Brain:
    """A brain that has learned from so many tasks: of 40, its machine labeler answers none yet."""
    return taught(settings, tasks)


@pytest.mark.parametrize(("shared", "own"), [(300, 40), (40, 300), (300, 200)])
def test_other_arms_chances_are_by_their_own_brain(shared: int, own: int) -> None:
    settings = settings_of(ARMS, policy=POLICY)
    alone = msgspec.structs.replace(settings, experiment=None, policy=ARMS["apart"].policy(POLICY))
    expected = decisions_of(Engine(alone, brain_of(alone, own)))
    engine = Engine(settings, Brain(settings))
    engine.adopt(
        brain_of(settings, shared).to_bytes(), {"x/apart": brain_of(settings, own).to_bytes()}
    )
    compared, differ, late = 0, 0, 0
    for path, one in decisions_of(engine).items():
        if one.arm == "control" and path in expected:
            chances = [expected[path].pmf.get(option, 0.0) for option in one.pmf]
            assert list(one.arm_pmfs["apart"]) == pytest.approx(chances, abs=1e-9)
            compared += 1
            late += len(path) > 1
            differ += one.prior != expected[path].prior
    assert compared > 40
    assert late > 10 or shared == 300
    assert differ == compared  # what the labelers of both say of a task
