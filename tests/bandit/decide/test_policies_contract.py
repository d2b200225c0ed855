"""What every policy promises, run over every entry of the table of policies."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.decide.policies.context import Action, Context
from bandit.decide.policies.explorers import EXPLORERS
from bandit.decide.policies.policy import POLICIES, make
from bandit.errors import ConfigError
from bandit.events import STOP
from bandit.settings import ExplorerName, PolicyName, PolicySettings

if TYPE_CHECKING:
    from bandit.decide.policies.policy import Policy

near = st.sampled_from((0.0, 1e-12, 1e-6, 0.5, 1.0 - 1e-6, 1.0 - 1e-12, 1.0))
chances = st.one_of(near, st.floats(0.0, 1.0))
dollars = st.one_of(st.sampled_from((0.0, 1e-9, 0.05, 1e9, 1e12)), st.floats(0.0, 1e12))
values = st.one_of(dollars, dollars.map(lambda usd: -usd))


def actions_of(names: list[str]) -> st.SearchStrategy[tuple[Action, ...]]:
    return st.tuples(
        *(
            st.builds(
                Action,
                pool=st.just(name),
                usd=dollars,
                value_usd=values,
                quality=chances,
                known_rate=chances,
            )
            for name in names
        )
    )


UNLABELED = Context(
    actions=(),
    may_stop=False,
    may_answer=False,
    posterior=(0.5, 0.5),
    labels=0,
    labels_left=9,
    worth_usd=1.0,
    learned=0,
)


def posterior_of(weights: list[float]) -> tuple[float, ...]:
    total = math.fsum(weights)
    if total == 0.0:
        return tuple(1.0 / len(weights) for _ in weights)
    return tuple(weight / total for weight in weights)


cases = st.builds(
    Context,
    actions=st.lists(st.text(min_size=1, max_size=4), max_size=6, unique=True)
    .map(lambda names: [name for name in names if name != STOP])
    .flatmap(actions_of),
    may_stop=st.booleans(),
    may_answer=st.booleans(),
    posterior=st.lists(chances, min_size=2, max_size=12).map(posterior_of),
    labels=st.integers(0, 12),
    labels_left=st.integers(-3, 9),
    worth_usd=st.one_of(st.sampled_from((1e-9, 1e-4, 1.0, 1e12)), st.floats(1e-9, 1e12)),
    learned=st.one_of(st.just(0), st.integers(0, 10**9)),
).filter(lambda context: bool(context.actions) or context.may_stop)


def answers(context: Context) -> bool:
    """Whether the machine labeler answers: it may, and no label is worth its price."""
    return context.may_answer and all(action.value_usd <= 0.0 for action in context.actions)


@pytest.mark.parametrize("explorer", sorted(EXPLORERS))
class PolicyContract:
    """Promises of one policy; each subclass names it."""

    name: PolicyName

    def make(self, explorer: str, **changes: float) -> tuple[Policy, PolicySettings]:
        chosen: dict[str, object] = {"name": self.name, "pool": "a", "explorer": explorer}
        made = PolicySettings(**(chosen | changes))  # type: ignore[arg-type]  # a few of many
        return make(made), made

    def test_it_is_in_the_table_under_its_name(self, explorer: str) -> None:
        policy, _ = self.make(explorer)
        assert policy.name.split("/")[0] == self.name

    def test_its_pmf_is_a_distribution_over_what_is_eligible_with_its_floors(
        self, explorer: str
    ) -> None:
        @settings(max_examples=60, deadline=None)
        @given(cases, st.floats(1e-3, 1.0), st.floats(1e-3, 0.5))
        def check(context: Context, explore_floor: float, stop_floor: float) -> None:
            policy, _ = self.make(explorer, explore_floor=explore_floor, stop_floor=stop_floor)
            pmf = policy.pmf(context)
            pools = {action.pool for action in context.actions}
            stops = context.may_stop or (self.name == "value" and answers(context))
            assert set(pmf) == pools | ({STOP} if stops else set())
            assert all(0.0 <= chance <= 1.0 + 1e-12 for chance in pmf.values())
            assert abs(math.fsum(pmf.values()) - 1.0) <= 1e-9
            stopping = pmf.get(STOP, 0.0)
            least = (1.0 - stopping) * explore_floor / max(1, len(pools))
            most_usd = max(context.worth_usd, min((one.usd for one in context.actions), default=0))
            for action in context.actions:  # dear ones less, so that a floor never costs more
                of_price = 1.0 if action.usd <= most_usd else most_usd / action.usd
                assert 0.0 < least * of_price * (1.0 - 1e-9) <= pmf[action.pool]
            if stops and pools:
                assert stop_floor * (1.0 - 1e-9) <= stopping <= 1.0 - stop_floor + 1e-12

        check()

    def test_it_is_pure(self, explorer: str) -> None:
        @settings(max_examples=30, deadline=None)
        @given(cases)
        def check(context: Context) -> None:
            policy, chosen = self.make(explorer)
            first = policy.pmf(context)
            assert policy.pmf(context) == first
            assert make(chosen).pmf(context) == first

        check()

    def test_with_nothing_to_ask_it_stops(self, explorer: str) -> None:
        policy, _ = self.make(explorer)
        context = msgspec.structs.replace(UNLABELED, may_stop=True, labels=1, labels_left=2)
        assert policy.pmf(context) == {STOP: 1.0}

    def test_with_one_pool_that_must_be_asked_it_asks_it(self, explorer: str) -> None:
        policy, _ = self.make(explorer)
        only = Action(pool="b", usd=0.1, value_usd=-0.1, quality=0.8, known_rate=0.8)
        context = msgspec.structs.replace(UNLABELED, actions=(only,))
        assert policy.pmf(context) == {"b": pytest.approx(1.0)}


class TestValue(PolicyContract):
    name: PolicyName = "value"

    def test_a_pool_that_lists_a_million_dollars_costs_cents_to_explore(
        self, explorer: str
    ) -> None:
        policy, _ = self.make(explorer)
        pools = {"crowd": (0.02, 0.5), "typo": (1e6, -1e6)}
        actions = tuple(
            Action(pool=name, usd=usd, value_usd=value, quality=0.8, known_rate=0.8)
            for name, (usd, value) in pools.items()
        )
        context = msgspec.structs.replace(UNLABELED, actions=actions, worth_usd=5.0, learned=10_000)
        pmf = policy.pmf(context)
        assert 0.0 < pmf["typo"] * 1e6 < 0.06


class TestUniform(PolicyContract):
    name: PolicyName = "uniform"


class TestFixed(PolicyContract):
    name: PolicyName = "fixed"


class TestCheapest(PolicyContract):
    name: PolicyName = "cheapest"


class TestBestKnown(PolicyContract):
    name: PolicyName = "best_known"


def test_no_policy_is_missing_from_the_contract() -> None:
    assert {contract.name for contract in PolicyContract.__subclasses__()} == set(POLICIES)


def test_the_settings_name_every_policy_and_every_explorer() -> None:
    assert set(get_args(PolicyName)) == set(POLICIES)
    assert set(EXPLORERS) <= set(get_args(ExplorerName))


@pytest.mark.parametrize("explorer", sorted(set(get_args(ExplorerName)) - set(EXPLORERS)))
def test_an_explorer_that_workers_have_no_more_is_refused_with_what_to_do(explorer: str) -> None:
    """By the policy that would explore by it; others never did."""
    old = PolicySettings(explorer=explorer, rate=0.1)  # type: ignore[arg-type]
    words = f"policy.explorer = '{explorer}': .*leave out policy.explorer and policy.rate"
    with pytest.raises(ConfigError, match=words):
        make(old)
    assert make(msgspec.structs.replace(old, name="uniform")).name == "uniform"


@pytest.mark.parametrize("explorer", sorted(EXPLORERS))
def test_the_machine_labeler_answers_alone_but_for_the_share_that_is_checked(explorer: str) -> None:
    """Where it may and no label pays, whatever `min_labels` says; else it changes nothing."""

    @settings(max_examples=60, deadline=None)
    @given(cases, st.floats(0.01, 0.5))
    def check(context: Context, check_share: float) -> None:
        made = PolicySettings(
            name="value",
            explorer=explorer,  # type: ignore[arg-type]
            check_share=check_share,
            stop_floor=0.001,
        )
        pmf = make(made).pmf(context)
        if answers(context) and context.actions:
            assert pmf[STOP] == pytest.approx(1.0 - check_share)
        else:
            assert pmf == make(made).pmf(msgspec.structs.replace(context, may_answer=False))

    check()
