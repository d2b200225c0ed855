"""Our own log: whole tasks, step by step, against brute force and against the exact truth."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest

from bandit.errors import BadValue, LogCorrupt, MissingInput
from bandit.events import NO_ASK, STOP, Decision, Reward, Verdict
from replay import evaluate
from tests.replay.task_log.own_log_writer import (
    World,
    always_a_pmf,
    logged_pmf,
    simulate,
    true_value,
    uniform_pmf,
    write_log,
)

if TYPE_CHECKING:
    from pathlib import Path

    from replay.results.evaluation import Evaluation


def value_of(answer: Evaluation, name: str) -> float:
    found = next(e.value for e in answer.estimates if e.estimator == name)
    assert found is not None
    return found


def brute_force_ips(events: list[Decision | Reward | Verdict]) -> tuple[float, float]:
    """Step-wise IPS and SNIPS of `uniform`, with worth 1 and no audit, task by task."""
    horizon = 4
    decisions: dict[str, list[Decision]] = {}
    for event in events:
        if isinstance(event, Decision):
            decisions.setdefault(event.task, []).append(event)
    final = {e.task: e.confidence or 0.0 for e in events if isinstance(e, Verdict)}
    rho = np.ones((len(decisions), horizon))
    earned = np.zeros((len(decisions), horizon))
    for i, (task, steps) in enumerate(decisions.items()):
        for t in range(horizon):
            rho[i, t] = rho[i, t - 1] if t else 1.0
            if t < len(steps):
                rho[i, t] *= 1 / len(steps[t].pmf) / steps[t].propensity
                earned[i, t] = -steps[t].usd + (final[task] if t == len(steps) - 1 else 0.0)
    ips = float((rho * earned).sum(axis=1).mean())
    return ips, float(((rho * earned).sum(axis=0) / rho.sum(axis=0)).sum())


def test_stepwise_ips_and_snips_agree_with_brute_force(tmp_path: Path) -> None:
    events = simulate(World(), 500, seed=1)
    answer = evaluate(write_log(tmp_path / "log", events))
    ips, snips = brute_force_ips(events)
    assert value_of(answer, "IPS") == pytest.approx(ips, abs=1e-9)
    assert value_of(answer, "SNIPS") == pytest.approx(snips, abs=1e-9)
    assert answer.unit == "task"
    assert answer.rows == 500


def test_the_curve_over_the_tasks_ends_at_the_value(tmp_path: Path) -> None:
    answer = evaluate(write_log(tmp_path / "log", simulate(World(), 500, seed=1)))
    assert [one.rows for one in answer.curve] == list(range(25, 501, 25))
    assert answer.curve[-1].value == pytest.approx(answer.value)
    assert [one.verdict for one in answer.findings if one.name == "drift"] == ["good"]


@pytest.mark.parametrize(
    ("target", "pmf"),
    [("uniform", uniform_pmf), ("always:a", always_a_pmf), ("logging", logged_pmf)],
)
def test_intervals_hold_the_exact_truth(tmp_path: Path, target: str, pmf: object) -> None:
    """Mean of 20 logs within 4 standard errors of the truth, and most intervals hold it.

    At a coverage of .95 fewer than 15 of 20 has a chance below 3e-4 for each estimator.
    """
    world = World(flattery=0.05, audit=0.3)
    truth = true_value(world, pmf)
    answers = [
        evaluate(write_log(tmp_path / f"log{seed}", simulate(world, 600, seed)), target=target)
        for seed in range(20)
    ]
    for at, estimate in enumerate(answers[0].estimates):
        got = [answer.estimates[at] for answer in answers]
        values = np.array([e.value for e in got], dtype=float)
        assert sum(e.low <= truth <= e.high for e in got) >= 15, estimate.estimator
        if estimate.estimator != "DM":  # its bias is its model's
            error = values.std(ddof=1) / math.sqrt(len(values))
            assert abs(values.mean() - truth) < 4 * error, estimate.estimator


def test_dr_varies_less_than_ips(tmp_path: Path) -> None:
    """The table takes variance out: over 20 logs the variance of DR is under 3/4 of IPS's.

    Measured ratio 0.1 to 0.4; a useless table would give about 1.
    """
    answers = [
        evaluate(write_log(tmp_path / f"log{seed}", simulate(World(), 600, seed)))
        for seed in range(20)
    ]
    dr, ips = (np.var([value_of(a, name) for a in answers]) for name in ("DR", "IPS"))
    assert dr < 0.75 * ips


def test_flattering_confidence_is_corrected_by_audits(tmp_path: Path) -> None:
    """2,000 tasks, half audited; the flattery of .08 is many standard errors (.01)."""
    world = World(flattery=0.08, audit=0.5)
    truth = true_value(world, logged_pmf)
    audited = evaluate(write_log(tmp_path / "audited", simulate(world, 2000, 3)), target="logging")
    assert audited.value == pytest.approx(truth, abs=0.04)
    assert any("corrected by gold" in note for note in audited.notes)
    blind = evaluate(
        write_log(tmp_path / "blind", simulate(World(flattery=0.08), 2000, 3)), target="logging"
    )
    assert blind.value is not None
    assert blind.value > truth + 0.03
    assert any("confidence" in note and "accuracy is unknown" in note for note in blind.notes)


def test_the_delay_until_the_verdict_costs_what_it_is_said_to(tmp_path: Path) -> None:
    path = write_log(tmp_path / "log", simulate(World(), 400, seed=1))
    free = evaluate(path, target="logging")
    dear = evaluate(path, target="logging", delay_usd_per_hour=0.25)
    assert free.value is not None
    assert dear.value == pytest.approx(free.value - 0.25)  # each took an hour


def test_pending_tasks_cut_the_log_by_decision_time(tmp_path: Path) -> None:
    events = simulate(World(), 1000, seed=1)
    last = [e for e in events if isinstance(e, Decision)][-1].task
    kept = [e for e in events if not (isinstance(e, Verdict) and e.task == last)]
    answer = evaluate(write_log(tmp_path / "log", kept), target="logging")
    assert answer.counts["pending"] == 1
    assert answer.rows <= 999
    assert any("pending" in note for note in answer.notes)


def test_a_pool_that_was_not_always_eligible_has_no_support(tmp_path: Path) -> None:
    events = simulate(World(), 500, seed=1)
    without = {"b": 1.0}
    changed = [
        msgspec.structs.replace(e, pmf=without, propensity=1.0)
        if isinstance(e, Decision) and e.choice == "b" and e.ask == 1
        else e
        for e in events
    ]
    answer = evaluate(write_log(tmp_path / "log", changed), target="always:a")
    assert answer.refused
    assert answer.diagnostics.no_support_rows > 100
    assert answer.value is None


def test_the_expected_effective_sample_is_near_the_one_of_many_tasks(tmp_path: Path) -> None:
    """Of 3,000 tasks the observed one is nearly without chance: both agree to a fifth."""
    found = evaluate(write_log(tmp_path / "log", simulate(World(), 3000, seed=1))).diagnostics
    assert found.pess == pytest.approx(found.ess, rel=0.2)


def test_a_pmf_that_can_not_have_been_used_is_refused(tmp_path: Path) -> None:
    events = simulate(World(), 50, seed=1)
    first = next(e for e in events if isinstance(e, Decision))
    for changed in (
        msgspec.structs.replace(first, propensity=0.123),
        msgspec.structs.replace(first, pmf={first.choice: first.propensity}),
        msgspec.structs.replace(first, pmf={"zebra": 1.0}),
    ):
        path = write_log(tmp_path / "log", [changed if e is first else e for e in events])
        with pytest.raises(BadValue, match="task t0 ask 1"):
            evaluate(path)
        path.unlink()


def test_without_stops_only_the_choice_of_pool_is_evaluated(tmp_path: Path) -> None:
    """Pool a is right .9 at $.05, b .65 at $.01; uniform earns the mean of .85 and .64."""
    events = simulate(World(stops=False), 1500, seed=2)
    answer = evaluate(write_log(tmp_path / "log", events))
    assert answer.unit == "ask"
    assert any("only the choice of pool" in note for note in answer.notes)
    assert value_of(answer, "SNIPS") == pytest.approx(0.745, abs=0.05)
    assert value_of(answer, "DR") == pytest.approx(0.745, abs=0.05)


def test_the_newest_revision_of_a_reward_wins(tmp_path: Path) -> None:
    events = simulate(World(stops=False), 300, seed=2)
    first = next(e for e in events if isinstance(e, Reward))
    later = msgspec.structs.replace(first, revision=5, reward=1000.0)
    before = evaluate(write_log(tmp_path / "a", events), target="logging")
    after = evaluate(write_log(tmp_path / "b", [later, *events]), target="logging")
    assert before.value is not None
    assert after.value is not None
    assert after.value - before.value > 1


def with_gold_alone(
    events: list[Decision | Reward | Verdict],
) -> list[Decision | Reward | Verdict]:
    """Add a reward of gold without labels to every fifth task."""
    alone = [
        msgspec.structs.replace(
            one, ask=NO_ASK, pool=None, labeler=None, answer=None, pmf={}, propensity=1.0,
            why="gold", target="yes", basis="gold", quality=None, reward=None, usd=0.0,
        )
        for one in events
        if isinstance(one, Reward) and one.ask == 1 and int(one.task[1:]) % 5 == 0
    ]  # fmt: skip
    assert alone
    return [*events, *alone]


@pytest.mark.parametrize("world", [World(stops=False), World(), World(audit=0.3)])
def test_gold_of_tasks_without_labels_is_no_ask(tmp_path: Path, world: World) -> None:
    """Nobody was asked, so it is no row, and not one without a reward either."""
    events = simulate(world, 400, seed=2)
    plain = evaluate(write_log(tmp_path / "a", events), target="always:a")
    more = evaluate(write_log(tmp_path / "b", with_gold_alone(events)), target="always:a")
    assert more.counts == plain.counts
    assert more.notes == plain.notes
    assert (more.estimates, more.withheld) == (plain.estimates, plain.withheld)
    assert more.counts["unread"] == 0


def test_records_that_can_not_be_read_are_counted(tmp_path: Path) -> None:
    import sqlite3

    path = write_log(tmp_path / "log", simulate(World(), 200, seed=1))
    with sqlite3.connect(path) as db:
        db.execute('INSERT INTO "decisions/0" (key, value) VALUES (?, ?)', (b"t", b"{oops"))
    db.close()
    assert evaluate(path).counts["unread"] == 1


def test_another_programs_file_is_refused(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "other"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE x (y)")
    db.close()
    with pytest.raises(LogCorrupt, match="another program"):
        evaluate(path)
    damaged = tmp_path / "damaged"
    whole = write_log(tmp_path / "log", simulate(World(), 50, seed=1)).read_bytes()
    damaged.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(LogCorrupt, match="damaged"):
        evaluate(damaged)


def test_a_log_without_decisions_says_so(tmp_path: Path) -> None:
    with pytest.raises(MissingInput, match="no decisions"):
        evaluate(write_log(tmp_path / "log", []))


def test_a_column_is_no_target_of_our_own_log(tmp_path: Path) -> None:
    path = write_log(tmp_path / "log", simulate(World(), 50, seed=1))
    with pytest.raises(BadValue, match="no columns"):
        evaluate(path, target="column:x")
    with pytest.raises(BadValue, match=r"no such action.*known: a, b"):
        evaluate(path, target="always:zebra")


def test_audit_decisions_are_no_part_of_a_task(tmp_path: Path) -> None:
    events = simulate(World(), 200, seed=1)
    first = next(e for e in events if isinstance(e, Decision))
    audit = msgspec.structs.replace(first, ask=9, why="audit", choice="gold", pmf={"gold": 1.0})
    plain = evaluate(write_log(tmp_path / "a", events))
    with_audit = evaluate(write_log(tmp_path / "b", [*events, audit]))
    assert value_of(plain, "DR") == value_of(with_audit, "DR")


def test_stop_is_not_a_pool_to_be_asked_always(tmp_path: Path) -> None:
    path = write_log(tmp_path / "log", simulate(World(), 50, seed=1))
    with pytest.raises(BadValue, match="no such action"):
        evaluate(path, target=f"always:{STOP}")
