"""Who gives the next recorded label: a preferred labeler, a pool's next one, or anyone."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandit.draw import draw
from bandit.events import Ask, Label
from bandit.settings import Settings
from replay.recorded.crowd import Crowd, CrowdLabel, in_one_pool
from replay.recorded.replayed import Choose, RecordedMarket, ReplayTerms, priced, run_recorded
from replay.recorded.report import recorded_report

LABELERS = tuple(f"w{who}" for who in range(6))


def made(tasks: int = 40) -> Crowd:
    """Six labelers in two pools, who all label every task; timed."""
    truth = {f"t{number}": "xyz"[number % 3] for number in range(tasks)}
    rows = [
        CrowdLabel(
            task,
            who,
            answer if draw(3, task, 0, who) < 0.8 else "xyz"[(int(task[1:]) + 1) % 3],
            "north" if who < "w3" else "south",
        )
        for task, answer in truth.items()
        for who in LABELERS
    ]
    return priced(Crowd("made", tuple(rows), truth, timed=True), 0.02)


def ask(prefer: tuple[str, ...], exclude: tuple[str, ...] = (), pool: str = "north") -> Ask:
    return Ask(
        task="t0",
        project="recorded",
        ask=1,
        at=0.0,
        pool=pool,
        classes=("x", "y", "z"),
        payload=None,
        expires_at=900.0,
        exclude=exclude,
        prefer=prefer,
    )


def labelers(choose: Choose, *asks: Ask) -> list[str]:
    """Who answers these asks, one after the other; `-` where nobody does."""
    market = RecordedMarket(made(1), ReplayTerms(choose=choose))
    answers = [market.answer(one, 0.0)[0] for one in asks]
    return [answer.labeler if isinstance(answer, Label) else "-" for answer in answers]


def test_the_first_preferred_labeler_with_an_unused_label_answers() -> None:
    prefer = ask(("w2", "w1"))
    assert labelers("labeler", prefer, prefer, prefer, prefer) == ["w2", "w1", "w0", "-"]


def test_preferences_count_only_where_labelers_are_chosen() -> None:
    assert labelers("pool", ask(("w2", "w1"))) == ["w0"]


def test_a_preferred_labeler_who_is_excluded_or_of_another_pool_is_passed_over() -> None:
    assert labelers("labeler", ask(("w2", "w1"), exclude=("w2",))) == ["w1"]
    assert labelers("labeler", ask(("w5", "nobody"))) == ["w0"]


@given(
    prefer=st.lists(st.sampled_from([*LABELERS, "nobody"]), max_size=8).map(tuple),
    exclude=st.sets(st.sampled_from(LABELERS)).map(lambda names: tuple(sorted(names))),
    pool=st.sampled_from(["north", "south"]),
)
def test_a_preference_changes_who_answers_and_never_whether(
    prefer: tuple[str, ...], exclude: tuple[str, ...], pool: str
) -> None:
    asks = [ask(prefer, exclude, pool)] * 4
    chosen, sent = labelers("labeler", *asks), labelers("pool", *asks)
    assert Counter(chosen) == Counter(sent)
    free = [who for who in dict.fromkeys(prefer) if who in set(sent)]
    assert chosen[: len(free)] == free


@pytest.mark.parametrize("choose", ["labeler", "pool"])
def test_a_report_says_what_was_chosen_and_how_many_asks_named_labelers(choose: Choose) -> None:
    crowd, terms = made(), ReplayTerms(choose=choose)
    outcome = run_recorded(crowd, Settings(), terms)
    report = recorded_report(crowd, outcome, terms)
    assert report.choose == choose
    assert report.asks_preferring == outcome.asks_preferring <= outcome.asks
    assert set(report.pools) == {"north", "south"}


@pytest.mark.parametrize("seed", range(3))
def test_at_random_all_pools_are_one_and_recorded_order_is_forgotten(seed: int) -> None:
    """Each of 40 tasks has 6 labelers: all first labels in recorded order has chance 6 ** -40."""
    crowd = in_one_pool(made())
    assert crowd.pools == ("all",)
    outcome = run_recorded(crowd, Settings(), ReplayTerms(seed=seed, choose="random"))
    first: dict[str, str] = {}
    for label in outcome.labels:
        first.setdefault(label.task, label.labeler)
    assert {label.pool for label in outcome.labels} == {"all"}
    assert set(first.values()) - {"w0"}
    used = Counter((label.task, label.labeler) for label in outcome.labels)
    assert max(used.values()) == 1


def test_merging_pools_keeps_every_label_and_price() -> None:
    crowd = made(6)
    dear = replace(
        crowd, labels=tuple(row._replace(usd=0.01 * i) for i, row in enumerate(crowd.labels))
    )
    merged = in_one_pool(dear)
    assert [row._replace(pool=None) for row in merged.labels] == [
        row._replace(pool=None) for row in dear.labels
    ]
    assert merged.notes == ("all pools are merged into 'all', and labels come in random order",)
