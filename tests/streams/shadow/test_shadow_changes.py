"""What a shadow says of another configuration, and what it leaves out because no log tells it."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from bandit.draw import choose, draw
from bandit.events import STOP, Ask, Decision
from bandit.learn.brain import Brain
from bandit.settings import PolicySettings, Settings
from streams.log.codec import encode
from streams.log.log import NewRecord
from streams.shadow.case import rebuild
from tests.streams.scenes import POOLS, events, label, task, write
from tests.streams.shadow.shadow_story import VALUE, changed, lines, lived, new, shadowed, worker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from streams.embedded.log import EmbeddedLog
    from streams.log.log import Log
    from streams.shadow.comparison import ShadowComparison

B_THRICE = Settings(
    policy=PolicySettings(name="fixed", pool="b", labels_per_task=3, explore_floor=0.1)
)
CHEAP_TWICE = Settings(policy=PolicySettings(name="cheapest", labels_per_task=2, explore_floor=0.1))


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    """Open an empty log."""
    with closing(new(tmp_path / "log.db")) as opened:
        yield opened


def answered(log: Log, settings: Settings, tasks: int) -> None:
    """Let a worker decide about tasks whose every ask is answered."""
    write(log, *POOLS, *(task(f"t{number}") for number in range(tasks)))
    working, seen = worker(log, settings), 0
    while not working.idle():
        working.step()
        asks = events(log, "asks", Ask)
        write(log, *(label(ask, 5.0) for ask in asks[seen:]))
        seen = len(asks)
    working.close()


def test_the_shares_of_the_cheapest_are_those_computed_by_hand(log: EmbeddedLog) -> None:
    """Logged: pool b thrice. Shadow: the cheapest, a, twice. Floors: 0.1 of asks, 0.01 of stops."""
    answered(log, B_THRICE, tasks=40)
    n = Counter(decision.labels for decision in events(log, "decisions", Decision))
    assert n[0] == 40
    assert n[3] > 20
    assert set(n) <= {0, 1, 2, 3, 4}
    figures = shadowed(log, CHEAP_TWICE)
    total = n.total()
    assert figures["compared"] == total
    late = n[3] + n[4]
    overlap = 0.1 * n[0] + 0.109 * n[1] + 0.02 * n[2] + 0.991 * late
    assert figures["agreement"] == pytest.approx(overlap / total)
    assert figures["same"] == pytest.approx(late / total)
    stops = 0.01 * (n[1] + n[2]) + 0.99 * late
    assert figures["stop"]["logged"] == pytest.approx(stops / total)
    stops = 0.01 * n[1] + 0.99 * (n[2] + late)
    asks = (total - stops) / total
    assert figures["stop"]["shadow"] == pytest.approx(1.0 - asks)
    assert figures["usd_per_decision"]["shadow"] == pytest.approx(
        asks * (0.95 * 0.02 + 0.05 * 0.05)
    )
    assert figures["pools"]["a"]["shadow"] == pytest.approx(0.95 * asks)
    assert figures["pools"]["b"]["shadow"] == pytest.approx(0.05 * asks)
    assert figures["by_why"]["first"]["agreement"] == pytest.approx(0.1)
    assert figures["by_why"]["first"]["compared"] == 40
    assert figures["by_project"]["p"]["same"] == figures["same"]
    assert figures["policies"] == {"logged": ["fixed"], "shadow": ["cheapest"]}
    assert (figures["same_model"], figures["own_worth"]) == (1.0, 1.0)


def test_it_draws_by_the_decision_s_own_draw(log: EmbeddedLog, tmp_path: Path) -> None:
    answered(log, B_THRICE, tasks=40)
    comparisons = lines(log, CHEAP_TWICE, tmp_path / "shadow.jsonl")
    assert len({line.shadow.choice for line in comparisons if line.shadow}) == 3
    for line in comparisons:
        assert line.shadow is not None
        drawn = draw(B_THRICE.seed, line.task, line.ask)
        assert line.shadow.choice == choose(line.shadow.pmf, drawn)


def test_a_higher_target_stops_later_and_costs_more(log: EmbeddedLog) -> None:
    lived(log, VALUE, rounds=40, worths=({"value_usd": None},))
    low, high = (
        shadowed(log, changed(VALUE, "project", target_accuracy=target)) for target in (0.7, 0.97)
    )
    assert low["stop"]["shadow"] > low["stop"]["logged"] + 0.05
    assert high["stop"]["shadow"] < high["stop"]["logged"] - 0.05
    assert low["usd_per_decision"]["shadow"] < low["usd_per_decision"]["logged"]
    assert high["usd_per_decision"]["shadow"] > high["usd_per_decision"]["logged"]
    assert low["pools_of_today"]


def test_a_task_moves_a_target_s_worth_once_where_it_would_stop_first(
    log: EmbeddedLog, tmp_path: Path
) -> None:
    lived(log, VALUE, worths=({"value_usd": None},))
    low = changed(VALUE, "project", target_accuracy=0.7)
    comparisons = lines(log, low, tmp_path / "shadow.jsonl")
    stops = Counter(line.task for line in comparisons if line.shadow and line.shadow.choice == STOP)
    moves = Counter(line.task for line in comparisons if line.log_worth)
    assert max(stops.values()) > 1
    assert max(moves.values()) == 1


def test_what_a_task_says_it_is_worth_comes_first(log: EmbeddedLog, tmp_path: Path) -> None:
    lived(log, VALUE, rounds=10, worths=({"value_usd": 1.0}, {"value_usd": None}))
    rich = changed(VALUE, "project", value_usd=50.0, target_accuracy=None)
    comparisons = lines(log, rich, tmp_path / "shadow.jsonl")
    worths = {
        (int(line.task[1:]) % 2, line.shadow.worth_usd) for line in comparisons if line.shadow
    }
    assert worths == {(0, 1.0), (1, 50.0)}


def test_a_scarce_pool_costs_a_share_of_its_own_worth(log: EmbeddedLog) -> None:
    lived(log, VALUE, rounds=3)
    decision = next(
        decision
        for decision in events(log, "decisions", Decision)
        if decision.scarcity_usd.get("slow")
    )
    settings = changed(VALUE, "policy", lookahead_labels=1)
    free = msgspec.structs.replace(decision, scarcity_usd=dict.fromkeys(decision.scarcity_usd, 0.0))

    def values(logged: Decision, times: float) -> dict[str, float]:
        case = rebuild(logged, settings, Brain(settings), {}, times * decision.worth_usd)
        return {option.pool: option.value_usd for option in case.actions}

    for times in (1.0, 3.0):
        dear, cheap = values(decision, times), values(free, times)
        lost = {pool: cheap[pool] - dear[pool] for pool in cheap}
        assert lost == pytest.approx(
            {pool: times * usd for pool, usd in decision.scarcity_usd.items()}
        )


def test_its_own_least_and_most_labels_hold(log: EmbeddedLog, tmp_path: Path) -> None:
    lived(log, VALUE, rounds=15)
    stops: dict[int, set[float | None]] = {}
    bounds = changed(VALUE, "policy", min_labels=2, max_labels=3)
    for line in lines(log, bounds, tmp_path / "shadow.jsonl"):
        if line.shadow is not None:
            labels = 0 if line.why == "first" else labels_of(log, line)
            stops.setdefault(labels, set()).add(line.shadow.pmf.get(STOP))
    assert stops[0] == stops[1] == {None}
    assert None not in stops[2]
    assert stops[3] == stops[4] == {1.0}


def labels_of(log: EmbeddedLog, line: ShadowComparison) -> int:
    """How many labels there were at a decision."""
    return next(
        decision.labels
        for decision in events(log, "decisions", Decision)
        if (decision.task, decision.ask) == (line.task, line.ask)
    )


def test_what_the_log_does_not_tell_is_left_out_and_counted(log: EmbeddedLog) -> None:
    lived(log, VALUE, rounds=15)
    decisions = events(log, "decisions", Decision)
    first = decisions[0]
    odd = [
        b"no decision",
        encode(msgspec.structs.replace(first, v=2)),
        encode(msgspec.structs.replace(first, quality={})),
        encode(msgspec.structs.replace(first, pmf={"a": 1.0}, labels=0)),
        encode(renamed(first)),
    ]
    log.write([NewRecord("decisions", b"t", value, 0) for value in odd])
    figures = shadowed(log, changed(VALUE, "policy", max_asks=5))
    past = sum(
        decision.ask > 5 and decision.why != "audit" and decision.pmf != {STOP: 1.0}
        for decision in decisions
    )
    assert figures["unreadable"] == 2
    assert figures["left_out"].pop("audits") > 0
    assert figures["left_out"].pop("forced stops") > 0
    assert figures["left_out"] == {
        "not whole": 1,
        "single choices": 1,
        "unknown pools": 1,
        "past max_asks": past,
    }
    assert past > 0
    assert figures["decisions"] == len(decisions) + 3
    assert figures["compared"] == figures["decisions"] - 3 - past - sum(
        decision.why == "audit" or decision.pmf == {STOP: 1.0} for decision in decisions
    )


def renamed(decision: Decision) -> Decision:
    """Return a decision about pools that nobody has described."""

    def other(table: dict[str, Any]) -> dict[str, Any]:
        return {name if name == STOP else f"other-{name}": value for name, value in table.items()}

    names = ("pmf", "signals", "quality", "usd_per_label", "scarcity_usd")
    return msgspec.structs.replace(
        decision, **{name: other(getattr(decision, name)) for name in names}
    )
