"""The chances of other arms where an arm asks beside asks that are awaited."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from bandit.events import STOP
from bandit.experiment_settings import ArmSettings
from bandit.settings import PolicySettings, ProjectSettings
from tests.bandit.experiment.running import engine_of, settings_of
from tests.bandit.market import Crew, Market, Work, pool

if TYPE_CHECKING:
    from bandit.events import Decision, Pool

TASKS = 100
ONE_BY_ONE = (
    ArmSettings(share=0.5, own_brain=False, name="cheapest"),
    ArmSettings(share=0.5, own_brain=False, name="best_known"),
    ArmSettings(share=0.5, own_brain=False, name="uniform"),
)


def beside(arms: dict[str, ArmSettings], seed: int = 1) -> list[Decision]:
    """Decisions beside awaited asks, forced stops too: waiting costs something."""
    crews = [
        Crew(several("a", 0.05, 7), 0.85, delay_s=600.0, declines=0.15),
        Crew(several("b", 0.02, 3), 0.7, delay_s=300.0, silent=0.1),
        Crew(pool("c", 0.08), 0.9, delay_s=300.0),
        Crew(pool("experts", 0.5, gold=True), 1.0),
    ]
    settings = settings_of(arms, policy=PolicySettings(max_labels=5, max_asks=9))
    settings = replace(settings, project=ProjectSettings(delay_usd_per_hour=0.1))
    work = Work(TASKS, every_s=120.0, deadline_s=2000.0, value_usd=2.0)
    history = Market(crews, work, seed).run(engine_of(settings))
    found = [one for one in history.choices() if one.awaited]
    assert len(found) > TASKS
    return found


def several(name: str, usd: float, most: int) -> Pool:
    timed = {"expected_delay_s": 600.0, "asks_per_task": most}
    return replace(pool(name, usd, timeout_s=1500.0), **timed)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_arms_with_the_same_settings_have_the_same_chances(seed: int) -> None:
    for one in beside({name: ArmSettings(share=0.5) for name in "ab"}, seed):
        assert one.arm_pmfs["a"] == one.arm_pmfs["b"] == tuple(one.pmf.values())


@pytest.mark.parametrize("other", ONE_BY_ONE, ids=lambda other: other.name)
def test_an_arm_that_asks_one_after_the_other_would_not_have_asked(other: ArmSettings) -> None:
    arms = {"several": ArmSettings(share=0.5, own_brain=False), "one": other}
    for one in beside(arms):
        if STOP in one.pmf:  # gold, the deadline, or what is awaited isn't worth the wait
            continue
        assert one.arm == "several"
        assert set(one.arm_pmfs["one"]) == {0.0}


def test_an_arm_that_has_asked_for_all_its_labels_would_not_have_asked() -> None:
    arms = {
        "many": ArmSettings(share=0.5, own_brain=False),
        "few": ArmSettings(share=0.5, own_brain=False, max_labels=2),
    }
    found = [one for one in beside(arms) if one.arm == "many" and STOP not in one.pmf]
    assert any(sum(one.arm_pmfs["few"]) > 0.0 for one in found)
    for one in found:
        if one.labels + one.awaited >= 2:
            assert set(one.arm_pmfs["few"]) == {0.0}
