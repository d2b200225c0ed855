"""What a target earns more on our own log: known answers, sums, and what audits let one say."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest

from bandit.errors import BadValue
from bandit.events import STOP, Decision, Verdict
from replay import evaluate
from replay.task_log.headline import headline
from replay.task_log.known_accuracy import unknown_accuracy
from tests.replay.task_log.own_log_writer import (
    RIGHT,
    USD,
    World,
    always_a_pmf,
    belief,
    logged_pmf,
    simulate,
    write_log,
)
from tests.replay.task_log.plain_log import Events, audited, money, parts, plain_task

if TYPE_CHECKING:
    from pathlib import Path

    from replay.numerics.amount import Amount

TASKS = 300
about = partial(pytest.approx, rel=0.02)
"""To the noise of the first tasks, which are judged by tables of few: as pools come in turn, the
means would be exact without a table, or with one for all."""


def plain(tasks: int = TASKS) -> Events:
    return [event for number in range(tasks) for event in plain_task(number)]


def with_gold(chance: float = 1.0, usd: float | None = None, every: int = 1) -> Events:
    """Pool a is right always, b in every second of its tasks."""
    events: Events = []
    for number in range(TASKS):
        truth = "yes" if number % 2 or number % 4 == 0 else "no"
        task = plain_task(number)
        events += audited(task, truth, chance, usd, drawn=number % every == 0)
    return events


def true_parts(pmf: object, so_far: list[tuple[str, bool]] | None = None) -> tuple[float, float]:
    """Chance of a right answer and dollars of a policy, exactly, from the tree of all histories."""
    labels = so_far or []
    right, usd = 0.0, 0.0
    for choice, chance in pmf(labels).items():  # type: ignore[operator]  # a plain function
        if choice == STOP:
            b = belief(labels)
            right += chance * (float(b > 0.5) if b != 0.5 else 0.5)
        elif chance:
            for was in (True, False):
                p = chance * (RIGHT[choice] if was else 1 - RIGHT[choice])
                ahead = true_parts(pmf, [*labels, (choice, was)])
                right, usd = right + p * ahead[0], usd + p * (ahead[1] + USD[choice])
    return right, usd


def test_the_parts_of_a_gain_are_those_known_by_hand(tmp_path: Path) -> None:
    """Always pool a: .9 instead of the mean of .9 and .6, and so on."""
    found = money(tmp_path / "log", plain(), delay=3.6).whole
    part = parts(found)
    assert list(part) == ["agreement", "usd", "delay_s"]
    assert part["agreement"].gain.value == about(0.15)
    assert part["usd"].gain.value == about(0.02)
    assert part["delay_s"].gain.value == about(30.0)
    assert [one.target for one in part.values()] == about([0.9, 0.05, 100.0])
    assert [one.logged for one in part.values()] == pytest.approx([0.75, 0.03, 70.0])
    worth = [one.gain_usd.value for one in part.values() if one.gain_usd]
    assert worth == about([0.30, -0.02, -0.03])
    assert found.gain is not None
    assert found.gain.value == about(0.25)
    assert found.gain.per_thousand.value == about(250.0)
    assert found.tasks == TASKS


def test_delay_without_a_price_has_seconds_and_no_dollars(tmp_path: Path) -> None:
    delay = parts(money(tmp_path / "log", plain()).whole)["delay_s"]
    assert delay.gain.value == about(30.0)
    assert delay.gain_usd is None


def test_without_gold_the_dollars_stand_alone(tmp_path: Path) -> None:
    found = money(tmp_path / "log", plain())
    said, usd = found.headline, parts(found.whole)["usd"].gain.value
    assert said.startswith(f"Deciding one task at a time, always:a would have paid ${usd:.4f} ")
    assert f"${1000 * usd:.2f} per 1,000" in said
    assert "mean confidence of the verdicts changes by +14.8 points" in said
    assert unknown_accuracy(found.whole.audits) == "Accuracy is unknown: no task was audited"
    assert "earned" not in said


def test_gold_makes_agreement_accuracy_and_its_price_is_subtracted(tmp_path: Path) -> None:
    """By gold the log is right in .75 of the tasks and pool a in all: 25 points, not 15."""
    found = money(tmp_path / "log", with_gold(usd=0.4))
    part = parts(found.whole)
    assert list(part) == ["accuracy", "usd", "delay_s"]
    assert part["accuracy"].gain.value == about(0.25)
    assert part["accuracy"].logged == pytest.approx(0.75)
    whole = found.whole
    assert whole.audits.usd == pytest.approx(0.4)
    assert whole.gain is not None
    assert whole.net is not None
    assert whole.net_saved is not None
    assert whole.gain.value == about(0.48)
    assert whole.net.value == pytest.approx(whole.gain.value - 0.4)
    assert whole.net_saved.value == about(-0.42)
    assert not found.accuracy_known  # 300 tasks give it to 4 points
    assert "earned" not in found.headline
    assert f"it would lose ${-whole.net_saved.value:.4f} (" in found.headline
    closely = replace(whole, audits=replace(whole.audits, half_width=0.02))
    said = headline(closely, "always:a")
    assert f"would have earned ${whole.gain.value:.4f}" in said
    assert f"accuracy changes by {100 * part['accuracy'].gain.value:+.1f} points" in said
    assert "Audits cost $0.4000 a task, with always:a as with the logged policy" in said
    assert f"had to pay for them, it would gain ${whole.net.value:.4f} " in said
    assert "unknown" not in said


def test_gold_from_elsewhere_costs_what_it_is_said_to(tmp_path: Path) -> None:
    unsaid = money(tmp_path / "log", with_gold())
    assert unsaid.whole.audits.unpriced == TASKS
    assert unsaid.whole.net == unsaid.whole.gain
    assert unsaid.headline.endswith("What 300 audits cost is not in the log")
    said = money(tmp_path / "log", with_gold(), audit_usd=0.1).whole
    assert said.net is not None
    assert said.net.value == about(0.38)
    assert said.audits.unpriced == 0
    logged = money(tmp_path / "log", with_gold(usd=0.4), audit_usd=0.1).whole
    assert logged.audits.usd == pytest.approx(0.4)  # the log knows better


def test_gold_that_has_not_come_yet_is_taken_to_be_like_the_rest(tmp_path: Path) -> None:
    """Gold of every second four of the tasks is missing: what is there says .75 as all of it."""
    events = [
        event
        for event in with_gold()
        if not (isinstance(event, Verdict) and event.revision and int(event.task[1:]) // 4 % 2)
    ]
    found = money(tmp_path / "log", events).whole
    assert found.audits.drawn == TASKS
    assert found.audits.gold < 0.51 * TASKS
    # The proxy is fitted without a task's own fold, and folds are not of equal composition.
    assert parts(found)["accuracy"].logged == pytest.approx(0.75, abs=0.01)


def test_an_audit_can_not_cost_less_than_nothing(tmp_path: Path) -> None:
    with pytest.raises(BadValue, match=r"audit_usd is -1, must be 0 or more"):
        money(tmp_path / "log", plain(), audit_usd=-1.0)


def test_thirty_audits_alike_are_enough_and_fewer_are_not(tmp_path: Path) -> None:
    """Every tenth of 300 tasks has gold; under `logging` all weigh the same, and one is missing.

    Under always:a only odd ones have a weight, and these are all even: none speaks about it.
    """
    events = with_gold(0.1, every=10)
    enough = money(tmp_path / "log", events, "logging").whole
    assert enough.audits.effective == pytest.approx(30.0)
    assert "accuracy" in parts(enough)
    one = next(e.task for e in events if isinstance(e, Verdict) and e.basis == "gold")
    fewer = [e for e in events if not (isinstance(e, Verdict) and (e.task, e.revision) == (one, 1))]
    found = money(tmp_path / "log", fewer, "logging").whole
    assert found.audits.effective == pytest.approx(29.0)
    assert list(parts(found)) == ["agreement", "correction", "usd", "delay_s"]
    away = money(tmp_path / "log", events)
    assert away.whole.audits.effective == 0
    said = "Accuracy is unknown: effective number of audits 0, at least 30 required (30 audits)"
    assert said == unknown_accuracy(away.whole.audits)


@pytest.mark.parametrize("target", ["greedy", "uniform", "always:a", "logging"])
@pytest.mark.parametrize("audit", [0.0, 0.02, 0.5])
def test_the_parts_sum_to_the_gain(tmp_path: Path, target: str, audit: float) -> None:
    """And the gain is what evaluate says of the target less what it says of the log."""
    path = tmp_path / "log"
    events = simulate(World(flattery=0.05, audit=audit), 500, seed=4)
    found = money(path, events, target, delay=0.1).whole
    assert found.gain is not None
    summed = math.fsum(one.gain_usd.value for one in found.components if one.gain_usd)
    assert summed == pytest.approx(found.gain.value, abs=1e-12)
    answer = evaluate(path, target=target, delay_usd_per_hour=0.1)
    dr = answer.logging if target == "logging" else answer.estimates[-1]
    assert dr.value is not None
    assert answer.logging.value is not None
    assert found.gain.value == pytest.approx(dr.value - answer.logging.value, abs=1e-12)


def test_what_was_logged_gains_nothing(tmp_path: Path) -> None:
    found = money(tmp_path / "log", simulate(World(audit=0.3), 300, seed=4), "logging")
    assert {one.gain.value for one in found.whole.components} == {0.0}
    assert {one.gain.high for one in found.whole.components} == {0.0}
    assert found.headline == "The target is the logging policy: its gain is 0"


def test_the_gain_as_one_number_is_that_of_its_parts(tmp_path: Path) -> None:
    from replay.targets.target import parse_target
    from replay.task_log.log_summary import sum_task_log

    path = write_log(tmp_path / "log", simulate(World(), 400, seed=4))
    summary = sum_task_log(path, [parse_target("greedy")]).summaries[0]
    assert summary.money is not None
    gain = summary.money.whole.gain
    assert gain is not None
    of_values = summary.sums.gain
    assert of_values is not None
    low, high, _ = of_values.interval("real", 0.95)
    assert (of_values.value(), low, high) == pytest.approx((gain.value, gain.low, gain.high))


def flattering_b(events: Events) -> Events:
    """Whatever pool b was asked about first is said to be sure to .99."""
    first = {e.task: e.choice for e in events if isinstance(e, Decision) and e.ask == 1}
    return [
        msgspec.structs.replace(e, confidence=0.99)
        if isinstance(e, Verdict) and e.basis != "gold" and first[e.task] == "b"
        else e
        for e in events
    ]


def test_audited_quality_is_true_where_the_proxy_is_bad_and_agreement_is_not(
    tmp_path: Path,
) -> None:
    """Pool b is flattered: by agreement always:a loses quality, in truth it gains 8.4 points.

    20 logs of 600 tasks, half audited. Means within 4 standard errors (false alarm 8e-4 by t of 19
    degrees of freedom), and at least 15 of 20 intervals hold the truth (3e-4 at .95), each for
    accuracy and dollars. Agreement is below the truth by more than 10 points.
    """
    truth = np.subtract(true_parts(always_a_pmf), true_parts(logged_pmf))
    rows: list[tuple[Amount, Amount]] = []
    agreements: list[float] = []
    for seed in range(20):
        events = flattering_b(simulate(World(audit=0.5), 600, seed))
        part = parts(money(tmp_path / "log", events).whole)
        blind = [e for e in events if not (isinstance(e, Verdict) and e.basis == "gold")]
        rows.append((part["accuracy"].gain, part["usd"].gain))
        blinded = parts(money(tmp_path / "log", blind).whole)
        agreements.append(blinded["agreement"].gain.value)
    for place, true in enumerate(truth):
        gains = [row[place] for row in rows]
        values = np.array([gain.value for gain in gains])
        assert abs(values.mean() - true) < 4 * values.std(ddof=1) / math.sqrt(len(values))
        assert sum(gain.low <= true <= gain.high for gain in gains) >= 15
    assert np.mean(agreements) < truth[0] - 0.1


def test_a_target_that_the_log_can_not_answer_gets_no_gain(tmp_path: Path) -> None:
    found = money(tmp_path / "log", plain(20))
    assert found.whole.gain is None
    assert found.whole.components == ()
    why = "No gain can be stated: cannot answer: effective sample size for"
    assert found.headline.startswith(why)


def test_pending_tasks_are_cut_by_decision_time_from_the_gain_too(tmp_path: Path) -> None:
    events = simulate(World(), 400, seed=1)
    last = [e for e in events if isinstance(e, Decision)][-1].task
    kept = [e for e in events if not (isinstance(e, Verdict) and e.task == last)]
    found = money(tmp_path / "log", kept, "greedy")
    assert found.whole.tasks == evaluate(tmp_path / "log", target="greedy").rows < 400


def test_accuracy_is_a_headline_up_to_two_points_and_no_further(tmp_path: Path) -> None:
    whole = money(tmp_path / "log", with_gold(usd=0.4)).whole
    for half_width, known in ((0.02, True), (0.0201, False), (None, False)):
        audits = replace(whole.audits, half_width=half_width)
        said = headline(replace(whole, audits=audits), "always:a")
        assert audits.precise == known
        assert ("accuracy changes by" in said) == known
        assert ("would have earned" in said) == known
        assert ("would have paid $0.0200" in said) != known


def test_how_many_audits_would_do_follows_from_the_width(tmp_path: Path) -> None:
    """Twice as wide as wanted needs four times the audits; and never fewer than there are."""
    audits = money(tmp_path / "log", with_gold()).whole.audits
    assert replace(audits, half_width=0.04).wanted == 4 * TASKS
    assert replace(audits, half_width=0.01).wanted == TASKS
    assert replace(audits, half_width=None).wanted is None
