"""Laws of the engine: whatever comes in, in whatever order, the promises of the log hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from bandit.engine.engine import Engine
from bandit.events import Label, Reward, Tick
from bandit.learn.brain import Brain
from bandit.settings import AuditSettings, PolicySettings, Settings
from tests.bandit.hostile import Play, plays, settings_of
from tests.bandit.ledger import Ledger, is_refused
from tests.bandit.market import wild_market

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.settings import PolicyName
    from tests.bandit.hostile import Move

STATE_KEY = b"desk"
CHANGES_NOTHING = (
    "repeated_task",
    "repeated_label",
    "repeated_gold",
    "late_decline",
)


@settings(max_examples=100, deadline=None)
@given(plays, settings_of)
def test_every_promise_of_the_log_holds_whatever_comes_in(
    some: Sequence[Move], chosen: Settings
) -> None:
    """The ledger checks each step; `finish` lets all end and checks that nothing is owed."""
    play = Play(chosen)
    play.play(some)
    play.finish()


@settings(max_examples=60, deadline=None)
@given(plays, settings_of)
def test_what_is_refused_or_ignored_changes_nothing(some: Sequence[Move], chosen: Settings) -> None:
    """But the second label of a person on a task, which ends its ask: that has its reward."""
    play = Play(chosen)
    engine = play.engine
    for move in some:
        before, counted = engine.changes(), engine.counters.copy()
        fed = len(play.history.received)
        play.play([move])
        if len(play.history.received) == fed or isinstance(play.history.received[-1], Tick):
            continue
        event, out = play.history.received[-1], play.history.outputs[-1]
        ignored = any(engine.counters[name] > counted[name] for name in CHANGES_NOTHING)
        ends_ask = isinstance(event, Label) and any(isinstance(one, Reward) for one in out)
        if ignored or (is_refused(event, out) and not ends_ask):
            assert engine.changes() == before


@pytest.mark.parametrize("policy", ["value", "uniform", "cheapest", "best_known"])
def test_every_promise_of_the_log_holds_in_a_market_where_everything_goes_wrong(
    policy: PolicyName,
) -> None:
    chosen = Settings(policy=PolicySettings(name=policy), audit=AuditSettings(share=0.2))
    engine = Engine(chosen, Brain(chosen))
    ledger = Ledger(engine)
    history = wild_market(250).run(engine, ledger.receive)
    ledger.close()
    assert len(history.final_verdicts()) == 250
    assert engine.counters["late_label"] > 20
    assert engine.counters["repeated_label"] > 20
    assert any(decision.why == "audit" for decision in history.choices())
