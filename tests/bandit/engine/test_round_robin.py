"""Rounds of projects: one in the round has its turn before any other has a second one."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.engine.engine import Engine
from bandit.events import Ask, Pool, Tick
from tests.bandit.desk.test_queues import SETTINGS, task
from tests.bandit.fleet import BRAIN

if TYPE_CHECKING:
    from collections.abc import Sequence

ROUND_S = 300.0
SLOW = Pool(pool="a", at=0.0, usd_per_label=0.05, capacity_per_hour=12.0, ask_timeout_s=1e9)
"""It has room for one ask in a round of 300 s."""

arrivals = st.lists(
    st.lists(st.tuples(st.sampled_from("pqrs"), st.sampled_from((None, 1.0, 90.0))), max_size=4),
    max_size=15,
)
Arrivals = list[list[tuple[str, float | None]]]


class Rounds:
    """Feeds the arrivals of each round and a tick; counts which projects wait, and who is asked."""

    def __init__(self) -> None:
        self.engine = Engine(SETTINGS, BRAIN)
        self.waiting: Counter[str] = Counter()
        self.asked: list[str] = []
        self.waited: list[set[str]] = []  # before each round's tick and after it
        self.number = 0
        self.engine.receive(SLOW)
        self.engine.receive(Tick(at=0.0))
        self.engine.receive(task("first", "other"))  # it takes the first token

    def play(self, arriving: Sequence[tuple[str, float | None]]) -> None:
        for project, usd in arriving:
            self.number += 1
            at = ROUND_S * len(self.asked)
            made = task(f"{project}{self.number}", project, value_usd=usd, at=at)
            assert self.engine.receive(made) == []
            self.waiting[project] += 1
        before = {project for project, count in self.waiting.items() if count}
        out = self.engine.receive(Tick(at=ROUND_S * (len(self.asked) + 1)))
        asked = [event.project for event in out if isinstance(event, Ask)]
        assert len(asked) == bool(before)
        self.waiting.subtract(asked)
        self.asked += asked or [""]
        self.waited.append({project for project in before if self.waiting[project]})


@settings(max_examples=30)
@given(arrivals)
def test_nobody_has_a_second_turn_while_another_of_the_round_waits(script: Arrivals) -> None:
    """Whatever the tasks are worth, and however many a project has; no room is left unused."""
    rounds = Rounds()
    for arriving in script:
        rounds.play(arriving)
        if not sum(rounds.waiting.values()):
            break  # a token that is left over would be taken by the next to come
    for second, project in enumerate(rounds.asked):
        if project and project in rounds.asked[:second]:
            first = max(i for i in range(second) if rounds.asked[i] == project)
            between = rounds.waited[first : second + 1]
            waited = set.intersection(*between) & set(rounds.asked[:first])
            assert not waited - {project, *rounds.asked[first:second]}


@settings(max_examples=30)
@given(st.lists(st.sampled_from("pqrs"), min_size=1, max_size=12))
def test_a_project_that_is_new_comes_before_those_that_were_served(projects: list[str]) -> None:
    rounds = Rounds()
    rounds.play([(project, None) for project in projects] * 2)
    rounds.play([("new", 0.01)])
    assert rounds.asked[1] in {"new", *set(projects) - {rounds.asked[0]}}
    while "new" not in rounds.asked:
        rounds.play([])
    served = rounds.asked[: rounds.asked.index("new")]
    assert len(set(served)) == len(served)


@settings(max_examples=30)
@given(st.permutations("pqz"))
def test_a_project_that_was_never_served_is_not_overtaken_by_two_that_come_and_go(
    names: Sequence[str],
) -> None:
    """One task each of the two in turns takes the room of a round, whatever they are called."""
    many, *few = names
    rounds = Rounds()
    rounds.play([(many, None)] * 20 + [(few[0], None)])
    for number in range(6):
        rounds.play([(few[(number + 1) % 2], None)])
    assert many in rounds.asked[:3]
    assert rounds.asked.count(many) >= 2


def test_a_project_that_was_never_served_is_not_overtaken_by_ever_new_ones() -> None:
    rounds = Rounds()
    rounds.play([("z", None)] * 5 + [("a", None)])
    for number in range(6):
        rounds.play([(f"a{number}", None)])
    assert "z" in rounds.asked[:2]
