"""The recorded market: its laws, whatever the seed, and what it reports."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bandit.draw import draw
from bandit.settings import AuditSettings, Settings
from replay.recorded.crowd import Crowd, CrowdLabel, with_pools
from replay.recorded.files import read_crowd
from replay.recorded.replayed import EXPERTS, RecordedMarket, ReplayTerms, priced, run_recorded
from replay.recorded.report import recorded_report

if TYPE_CHECKING:
    from pathlib import Path

    from replay.market.outcome import Outcome

PRICE = 0.02


def made(tasks: int = 60) -> Crowd:
    """Six labelers in two pools, right eight times in ten; every third task has one pool only."""
    rows, truth = [], {}
    for number in range(tasks):
        task = f"t{number}"
        truth[task] = "xyz"[number % 3]
        for who in range(6):
            pool = "north" if who < 3 else "south"
            if number % 3 == 0 and pool == "south":
                continue
            right = draw(3, task, who, "right") < 0.8
            label = truth[task] if right else "xyz"[(number + 1) % 3]
            rows.append(CrowdLabel(task, f"w{who}", label, pool))
    return priced(Crowd("made", tuple(rows), truth), PRICE)


def run(crowd: Crowd, seed: int = 0, settings: Settings | None = None) -> Outcome:
    return run_recorded(crowd, settings or Settings(), ReplayTerms(seed=seed))


@pytest.mark.parametrize("seed", range(3))
def test_each_recorded_label_is_used_at_most_once(seed: int) -> None:
    crowd = made()
    recorded = Counter((row.task, row.labeler, row.label, row.pool) for row in crowd.labels)
    outcome = run(crowd, seed)
    used = Counter((one.task, one.labeler, one.answer, one.pool) for one in outcome.labels)
    assert used
    assert used <= recorded


@pytest.mark.parametrize("seed", range(3))
def test_a_labeler_is_never_asked_twice_about_a_task(seed: int) -> None:
    outcome = run(made(), seed)
    pairs = [(label.task, label.labeler) for label in outcome.labels]
    assert len(pairs) == len(set(pairs))
    assert outcome.dead == []


def test_the_dollars_are_the_labels_times_their_price() -> None:
    crowd = made()
    outcome = run(crowd)
    report = recorded_report(crowd, outcome, ReplayTerms())
    assert report.usd == pytest.approx(report.labels * PRICE, abs=1e-9)
    assert report.usd == pytest.approx(sum(v.usd for v in outcome.verdicts.values()), abs=1e-9)
    assert report.labels == sum(pool.labels for pool in report.pools.values())
    assert report.labels == sum(verdict.labels for verdict in outcome.verdicts.values())


def test_every_task_gets_a_verdict() -> None:
    crowd = made()
    outcome = run(crowd)
    assert outcome.open() == 0
    assert set(outcome.answered) == {row.task for row in crowd.labels}


def test_a_pool_that_never_labeled_a_task_is_not_asked_about_it() -> None:
    """So declines come only from a pool whose labels of the task are used up."""
    crowd = made()
    outcome = run(crowd)
    assert all(label.pool == "north" for label in outcome.labels if int(label.task[1:]) % 3 == 0)
    there = Counter((row.task, row.pool or "") for row in crowd.labels)
    bought = Counter((label.task, label.pool) for label in outcome.labels)
    used_up = sum(bought[key] == there[key] for key in there)
    assert outcome.declines <= used_up


def test_the_same_seed_gives_the_same_run_and_another_seed_another() -> None:
    crowd = made()
    once, again, other = run(crowd, 1), run(crowd, 1), run(crowd, 2)
    assert (once.labels, once.verdicts) == (again.labels, again.verdicts)
    assert once.labels != other.labels


def test_timed_labels_come_in_recorded_order() -> None:
    crowd = replace(made(), timed=True)
    order = {(row.task, row.labeler): i for i, row in enumerate(crowd.labels)}
    last: dict[tuple[str, str], int] = {}
    for label in run(crowd).labels:
        place = order[label.task, label.labeler]
        assert place > last.get((label.task, label.pool), -1)
        last[label.task, label.pool] = place


def test_the_truth_stands_in_no_event_unless_experts_are_asked() -> None:
    """The answers of a run don't change when all truth is swapped for nonsense."""
    crowd = made()
    lies = replace(crowd, truth={task: "xyz"[len(task) % 3] for task in crowd.truth})
    assert run(crowd).verdicts == run(lies).verdicts


def test_experts_answer_audits_and_the_answer_before_gold_is_judged() -> None:
    crowd = made()
    settings = Settings(audit=AuditSettings(share=1.0))
    terms = ReplayTerms(expert_usd=0.5)
    outcome = run_recorded(crowd, settings, terms)
    report = recorded_report(crowd, outcome, terms)
    assert report.audits == report.tasks
    assert report.audit_usd == pytest.approx(0.5 * report.tasks)
    assert {label.pool for label in outcome.labels} == {"north", "south", EXPERTS}
    assert all(verdict.basis == "gold" for verdict in outcome.verdicts.values())
    assert report.accuracy is not None
    assert report.accuracy < 1.0


def test_a_row_keeps_its_own_price() -> None:
    crowd = made(12)
    dear = tuple(row._replace(usd=0.02 + 0.01 * i) for i, row in enumerate(crowd.labels))
    crowd = replace(crowd, labels=dear)
    price = {(row.task, row.labeler): row.usd for row in dear}
    outcome = run(crowd)
    report = recorded_report(crowd, outcome, ReplayTerms())
    paid = sum(price[label.task, label.labeler] or 0.0 for label in outcome.labels)
    assert report.usd == pytest.approx(paid)
    assert sum(v.usd for v in outcome.verdicts.values()) == pytest.approx(paid)


def test_the_pools_are_priced_by_their_mean() -> None:
    crowd = with_pools(made(6))
    pools = {pool.pool: pool.usd_per_label for pool in RecordedMarket(crowd, ReplayTerms()).pools()}
    assert pools == pytest.approx({"north": PRICE, "south": PRICE})


def test_a_real_set_is_replayed_end_to_end(shared_data: Path) -> None:
    crowd = priced(read_crowd(shared_data / "crowd" / "sp_amt"), PRICE)
    report = recorded_report(crowd, run(crowd), ReplayTerms())
    assert (report.tasks, report.tasks_with_truth, report.labels_available) == (500, 500, 10_000)
    assert report.majority_accuracy == pytest.approx(0.943, abs=0.001)
    assert report.accuracy is not None
    assert report.accuracy > 0.85
    assert report.labels < 0.7 * report.labels_available
