"""What a live test logs is honest: of the arm that drew, of the others, and of their mixture."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec
import pytest
from scipy.stats import chi2

from bandit.events import STOP
from bandit.experiment_settings import ArmSettings
from bandit.settings import PolicySettings
from tests.bandit.decide.test_propensities import FALSE_ALARM, misfit
from tests.bandit.experiment.running import HOLDOUT, POLICY, engine_of, market, settings_of

if TYPE_CHECKING:
    from bandit.events import Decision
    from bandit.settings import Settings
    from tests.bandit.market import History

TASKS = 2500
ASK = "any pool"
ARMS = {
    "control": ArmSettings(share=0.3),
    "few": ArmSettings(share=0.3, max_labels=2, stop_floor=0.2),
    "cheap": ArmSettings(share=0.2, name="cheapest", labels_per_task=2, own_brain=False),
    "holdout": HOLDOUT,
}


@pytest.fixture(scope="module")
def decisions() -> list[Decision]:
    """All decisions of a test with four arms, audits aside."""
    history = market(TASKS).run(engine_of(settings_of(ARMS)))
    return [one for one in history.choices() if one.why != "audit"]


def worst(decisions: list[Decision]) -> tuple[float, float]:
    """The largest misfit of all cells, and the limit of it with Bonferroni's correction."""
    misfits, cells = misfit(decisions)
    assert cells >= 4
    return misfits, float(chi2.isf(FALSE_ALARM / cells, df=1))


@pytest.mark.parametrize("arm", ["control", "few", "cheap"])
def test_each_arm_does_what_its_pmf_says(decisions: list[Decision], arm: str) -> None:
    """False alarm below 1e-3: the worst of all cells, with Bonferroni's correction."""
    misfits, limit = worst([one for one in decisions if one.arm == arm])
    assert misfits < limit


def test_the_mixture_over_a_task_is_the_sum_of_shares_times_products(
    decisions: list[Decision],
) -> None:
    """What arm a task is in is not used: its earlier choices alone say what to expect next.

    Given the choices so far, the chance of the next is the ratio of two mixtures, each a sum over
    arms of share times product. False alarm below 1e-3, as above.
    """
    misfits, limit = worst([mixed(one, weights) for one, weights in with_weights(decisions)])
    assert misfits < limit


def test_a_mixture_with_wrong_shares_would_be_noticed(decisions: list[Decision]) -> None:
    shares = {"control": 0.1, "few": 0.1, "cheap": 0.1, "holdout": 0.7}
    misfits, limit = worst(
        [mixed(one, weights) for one, weights in with_weights(decisions, shares)]
    )
    assert misfits > limit


def with_weights(
    decisions: list[Decision], shares: dict[str, float] | None = None
) -> list[tuple[Decision, dict[str, float]]]:
    """Each decision, with each arm's share times the product of its chances so far in its task."""
    shares = shares or {name: arm.share for name, arm in ARMS.items()}
    products: dict[str, dict[str, float]] = defaultdict(lambda: dict(shares))
    found = []
    for one in decisions:
        weights = products[one.task]
        found.append((one, dict(weights)))
        place = list(one.pmf).index(one.choice)
        for arm, chances in one.arm_pmfs.items():
            weights[arm] *= chances[place]
    return found


def mixed(one: Decision, weights: dict[str, float]) -> Decision:
    """Return the decision with the mixture's chances.

    An arm with all its labels only stops. Where it drew, the log doesn't say whom others would ask,
    so wherever an arm is sure to stop, whoever draws, all asks are one option.
    """
    total = sum(weights.values())
    chances = {
        option: sum(weights[arm] * pmf[i] for arm, pmf in one.arm_pmfs.items()) / total
        for i, option in enumerate(one.pmf)
    }
    place = list(one.pmf).index(STOP) if STOP in one.pmf else None
    if place is None or all(pmf[place] < 1.0 for pmf in one.arm_pmfs.values()):
        return msgspec.structs.replace(one, pmf=chances)
    choice = STOP if one.choice == STOP else ASK
    merged = {STOP: chances[STOP], ASK: 1.0 - chances[STOP]}
    if merged[ASK] < 1e-12:
        merged = {STOP: 1.0}
    return msgspec.structs.replace(one, pmf=merged, choice=choice)


def test_of_the_arm_that_drew_the_log_says_the_same_twice(decisions: list[Decision]) -> None:
    for one in decisions:
        assert one.arm is not None
        assert one.experiment == "x"
        assert list(one.arm_pmfs) == list(ARMS)
        assert one.arm_pmfs[one.arm] == tuple(one.pmf.values())
        assert one.propensity == one.pmf[one.choice]
        assert all(sum(pmf) <= 1.0 + 1e-9 for pmf in one.arm_pmfs.values())


def test_audits_are_alike_in_all_arms() -> None:
    history = market(200).run(engine_of(settings_of(ARMS)))
    audits = [one for one in history.choices() if one.why == "audit"]
    assert len(audits) > 5
    for one in audits:
        assert set(one.arm_pmfs.values()) == {tuple(one.pmf.values())}


def test_a_holdout_buys_what_was_bought_before(decisions: list[Decision]) -> None:
    choices: dict[str, list[str]] = defaultdict(list)
    for one in decisions:
        if one.arm == "holdout":
            assert one.propensity == 1.0 or "b" not in one.pmf  # b declined, or has no room
            choices[one.task].append(one.choice)
    usual = [task for task, some in choices.items() if some == ["b", "b", "b", "stop"]]
    assert len(choices) > TASKS * 0.15
    assert len(usual) > 0.8 * len(choices)  # the rest: pool b declined, or gold was there before


def first_choices(settings: Settings, tasks: int) -> History:
    """A market without limits of room, from which nobody learns: decisions of tasks are apart."""
    engine = engine_of(settings)
    engine.brains.learn = lambda reward: reward is None  # type: ignore[method-assign]  # nobody learns
    return market(tasks, capacity_per_hour=None).run(engine)


OTHERS = {
    "stops early": ARMS["few"],
    "looks less far": ArmSettings(share=0.5, lookahead_labels=1),
    "escalates": ArmSettings(share=0.5, escalate=True, max_labels=3),
    "explores less": ArmSettings(share=0.5, rate=50.0, explore_floor=0.05, stop_floor=0.3),
    "asks all alike": ArmSettings(share=0.5, name="uniform", labels_per_task=2),
}


@pytest.mark.parametrize("how", OTHERS)
def test_the_chances_of_another_arm_are_those_that_it_would_log_itself(how: str) -> None:
    """An engine whose only policy is the other arm's, where it has made the same choices so far."""
    base = msgspec.structs.replace(POLICY, lookahead_labels=4)
    other = OTHERS[how].policy(base)
    half = msgspec.structs.replace(OTHERS[how], share=0.5)
    both = settings_of({"control": ArmSettings(share=0.5), "other": half}, seed=3, policy=base)
    alone = msgspec.structs.replace(both, policy=other, experiment=None)
    expected: dict[tuple[str, ...], dict[str, float]] = {}
    path: dict[str, tuple[str, ...]] = {}
    for one in first_choices(alone, 120).choices():
        path[one.task] = (*path.get(one.task, (one.task,)), one.choice)
        expected[path[one.task][:-1]] = one.pmf
    path, compared = {}, 0
    for one in first_choices(both, 120).choices():
        before = path.get(one.task, (one.task,))
        path[one.task] = (*before, one.choice)
        if one.arm == "control" and before in expected and one.why != "audit":
            chances = [expected[before].get(option, 0.0) for option in one.pmf]
            assert list(one.arm_pmfs["other"]) == pytest.approx(chances, abs=1e-12)
            compared += 1
    assert compared > 40


def test_arms_with_the_same_settings_have_the_same_chances() -> None:
    same = {name: ArmSettings(share=0.5) for name in "ab"}
    history = market(100).run(engine_of(settings_of(same, policy=PolicySettings())))
    for one in history.choices():
        assert one.arm_pmfs["a"] == one.arm_pmfs["b"] == tuple(one.pmf.values())
