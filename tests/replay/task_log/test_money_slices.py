"""Gains by slice on our own log: by the tasks' own features or their project."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import pytest

from bandit.errors import BadValue, UnknownColumn
from bandit.events import Reward, Verdict
from replay.targets.target import parse_target
from replay.task_log.log_summary import sum_task_log
from tests.replay.task_log.own_log_writer import World, decision, simulate, write_log
from tests.replay.task_log.plain_log import Events, audited, money, parts, plain_task

if TYPE_CHECKING:
    from pathlib import Path


def by_language(tasks: int = 600) -> Events:
    """English, German and no language in turn, two tasks each; German labels cost $.10 more."""
    events: Events = []
    for number in range(tasks):
        lang = ("en", "de", None)[number // 2 % 3]
        features = {"hour": 3.0, "poolwise.queue": 1.0} | ({"lang": lang} if lang else {})
        task = plain_task(number, features, f"p{number // 2 % 2}")
        *decided, given = task
        if lang == "de" and number % 2:
            decided[0] = msgspec.structs.replace(decided[0], usd=0.15)
            given = msgspec.structs.replace(given, usd=0.15)
        events += [*decided, given]
    return events


def test_each_slice_has_the_gain_of_its_own_tasks(tmp_path: Path) -> None:
    """Always a costs $.05 (German $.15) instead of the mean with b's $.01; nearly."""
    found = money(tmp_path / "log", by_language(300), by=["lang", "project"])
    assert [(one.by, one.value) for one in found.slices] == [
        ("lang", "de"),
        ("lang", "en"),
        ("lang", "not given"),
        ("project", "p0"),
        ("project", "p1"),
    ]
    usd = [parts(one.statement)["usd"].gain.value for one in found.slices[:3]]
    assert usd == pytest.approx([0.07, 0.02, 0.02], abs=5e-4)
    assert [one.statement.tasks for one in found.slices] == [100, 100, 100, 150, 150]


def test_slices_weighed_by_their_tasks_are_the_whole(tmp_path: Path) -> None:
    found = money(tmp_path / "log", by_language(), by=["lang", "project"], delay=1.0)
    assert found.whole.gain is not None
    for by in ("lang", "project"):
        among = [one.statement for one in found.slices if one.by == by]
        gains = [one.gain.value * one.tasks for one in among if one.gain]
        assert len(gains) == len(among)
        assert math.fsum(gains) / 600 == pytest.approx(found.whole.gain.value, abs=1e-12)


def test_more_slices_get_wider_intervals_for_all_must_hold(tmp_path: Path) -> None:
    events = by_language()
    few = money(tmp_path / "log", events, by=["lang"])
    many = money(tmp_path / "log", events, by=["lang", "project"])
    one, same = few.slices[0].statement.gain, many.slices[0].statement.gain
    assert one is not None
    assert same is not None
    assert one.value == same.value
    assert same.high - same.low > 1.02 * (one.high - one.low)
    assert few.whole == many.whole


def test_a_slice_of_few_tasks_says_that_it_can_not_answer(tmp_path: Path) -> None:
    events = by_language()
    rare = [
        msgspec.structs.replace(e, project="rare") if int(e.task[1:]) < 20 else e for e in events
    ]
    found = money(tmp_path / "log", rare, by=["project"])
    *others, few = found.slices
    assert few.value == "rare"
    assert few.statement.gain is None
    assert few.statement.verdict.startswith("cannot answer: effective sample size for")
    assert ": 10 tasks," in few.statement.verdict
    assert all(one.statement.gain for one in others)


def test_a_slice_is_accuracy_only_where_its_own_audits_are_enough(tmp_path: Path) -> None:
    events: Events = []
    for number in range(300):
        task = plain_task(number, project="gold" if number < 150 else "none")
        events += audited(task, "yes") if number < 150 else task
    gold, none = (one.statement for one in money(tmp_path / "log", events, by=["project"]).slices)
    assert "accuracy" in parts(gold)
    assert "agreement" in parts(none)
    assert none.audits.drawn == 0


def test_a_number_is_a_category_as_it_is_written(tmp_path: Path) -> None:
    found = money(tmp_path / "log", by_language(), by=["hour"])
    assert [one.value for one in found.slices] == ["3"]


def test_what_no_task_has_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UnknownColumn, match=r"--by lnag: no task has that; did you mean 'lang'\?"):
        money(tmp_path / "log", by_language(60), by=["lnag"])
    with pytest.raises(UnknownColumn, match=r"--by poolwise\.queue: no task has that"):
        money(tmp_path / "log", by_language(60), by=["poolwise.queue"])


def test_more_than_fifty_values_are_no_category(tmp_path: Path) -> None:
    def log(values: int) -> Events:
        return [e for i in range(120) for e in plain_task(i, {"size": float(i % values)})]

    assert len(money(tmp_path / "log", log(50), by=["size"]).slices) == 50
    with pytest.raises(BadValue, match=r"--by size: tasks have more than 50 values of it"):
        money(tmp_path / "log", log(51), by=["size"])


def test_a_log_without_stops_says_that_it_can_not_be_sliced(tmp_path: Path) -> None:
    path = write_log(tmp_path / "log", simulate(World(stops=False), 300, seed=2))
    summary = sum_task_log(path, [parse_target("uniform")], by=["project"]).summaries[0]
    assert summary.money is None
    assert any("can't be sliced" in note for note in summary.notes)


def asks(tasks: int, each: int) -> Events:
    """Tasks without a stop, of so many asks with the same reward."""
    events: Events = []
    for one in simulate(World(stops=False), tasks, seed=7):
        if isinstance(one, Reward) and one.ask == 1:
            for ask in range(1, each + 1):
                events += [
                    decision(one.task, ask, one.decided_at, one.pool or "", one.pmf, 0.5, 0),
                    msgspec.structs.replace(one, ask=ask),
                ]
        elif isinstance(one, Verdict):
            events.append(one)
    return events


def test_asks_of_one_task_hang_together(tmp_path: Path) -> None:
    """Each of 600 rewards four times in its task: no surer than once (four at once look twice so).

    The design effect is 4; the width may differ by a tenth, for tasks share groups.
    """
    widths = []
    for each in (1, 4):
        path = write_log(tmp_path / f"log{each}", asks(600, each))
        summary = sum_task_log(path, [parse_target("uniform")]).summaries[0]
        assert summary.unit == "ask"
        assert not any("independent" in note for note in summary.notes)
        snips = next(one for one in summary.sums.estimators if one.name == "SNIPS")
        low, high, _ = snips.interval("real", 0.95)
        widths.append(high - low)
    assert widths[1] == pytest.approx(widths[0], rel=0.1)
