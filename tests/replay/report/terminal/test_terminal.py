"""The report on a terminal: in its order, within 80 columns, and nothing that is markup."""

from __future__ import annotations

import re
from dataclasses import replace
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from replay.report.terminal.report import print_report
from replay.report.wording.digits import number
from tests.replay.report.answers import (
    compared,
    compared_learners,
    good,
    hostile,
    learner,
    refused,
    sliced,
)

if TYPE_CHECKING:
    from replay.results.evaluation import Comparison, Evaluation

ANSWERS = [
    *(good(), refused(), compared(), sliced(), hostile(), good(actions=500)),
    *(learner(), compared_learners()),
]


def printed(answer: Evaluation | Comparison) -> str:
    out = StringIO()
    print_report(answer, "log.csv", Console(file=out, width=80, highlight=False))
    return out.getvalue()


@pytest.mark.parametrize("answer", ANSWERS)
def test_it_fits_in_80_columns(answer: Evaluation | Comparison) -> None:
    assert max(len(line.rstrip()) for line in printed(answer).splitlines()) <= 80


def test_the_answer_comes_first_and_the_verdict_last() -> None:
    text = " ".join(printed(good()).split())
    parts = (
        "What would uniform have earned? From 20,000 rows of log.csv",
        "uniform would have earned 0.177 per row (95 % interval 0.164 to 0.190), 0.027 more than",
        "estimator per row 95 % interval interval method",
        "DR *",
        "No check failed (7 were made); the assumptions in the notes remain.",
        "7 rows left out: reward is missing",
        "Note: the log doesn't say",
        "Verdict: good",
    )
    places = [text.find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)


def test_only_what_is_not_good_is_told_of_the_checks() -> None:
    text = " ".join(printed(refused()).split())
    refusal = "takes actions that the logging policy could not take in 9,000 of 20,000 rows"
    assert f"Broken: always:rare {refusal}." in text
    assert "The 2 other checks did not fail; the assumptions in the notes remain." in text
    assert "effective number of non-zero" not in text


def test_a_refused_answer_has_no_number_of_an_estimate() -> None:
    text = printed(refused())
    for one in refused().withheld:
        assert number(one.value) not in text


def test_every_number_of_an_estimate_is_whole() -> None:
    text = printed(good())
    for one in good().estimates:
        assert f"{number(one.low)} to {number(one.high)}" in text


def test_a_comparison_begins_with_all_targets() -> None:
    text = " ".join(printed(compared()).split())
    assert "greedy uniform 0.035 (0.021 to 0.050)" in text
    assert "always:rare uniform cannot answer" in text
    assert text.count("reward is missing") == 1
    assert "Verdict on greedy: good" in text


def test_slices_are_a_table_and_many_are_counted() -> None:
    text = printed(sliced(30))
    assert all(f"country = value {at} " in text for at in range(30))
    assert "20 more slices: --json and --html show all." in printed(sliced(60))


def test_a_name_can_not_steer_the_terminal() -> None:
    text = printed(replace(good(), target="\x1b[2J\x9b31m\rgood\ud800"))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", text)
    assert "\ufffd[2J\ufffd31m\ufffdgood\ufffd would have earned" in text


def test_targets_that_learn_have_a_table_of_their_own() -> None:
    """Their values are over other rows: never a row between the others'."""
    text = " ".join(printed(compared_learners()).split())
    places = [
        text.index(part)
        for part in (
            "target per row more than logged verdict uniform",
            "greedy uniform 0.035 (0.021 to 0.050)",
            "target that learns per row more than logged verdict policy.toml",
            "Mean reward of each in its first 1,113 accepted rows, over 10 replays;",
            "new.toml policy.toml 0.035 (0.021 to 0.050) short.toml policy.toml cannot answer",
        )
    ]
    assert places == sorted(places)
    assert "The log was not replayed for this target." in text


def test_a_long_name_gives_way_to_the_numbers() -> None:
    many = compared()
    named = replace(many.evaluations[0], target="columns:" + 9 * "long")
    text = printed(replace(many, evaluations=(named, *many.evaluations[1:])))
    assert "0.177 (0.164 to 0.190)  0.027 (0.015 to 0.039)" in text


def test_intervals_that_hold_jointly_are_said_at_their_joint_level() -> None:
    answer = good()
    estimates = tuple(replace(one, level=0.974182) for one in answer.estimates)
    text = " ".join(printed(replace(answer, estimates=estimates)).split())
    assert "(joint 95 % interval 0.164 to 0.190)" in text


def test_tables_say_which_intervals_are_joint_and_which_marginal() -> None:
    answer = compared()
    joint = tuple(
        replace(each, estimates=tuple(replace(one, level=0.98) for one in each.estimates[-1:]))
        for each in answer.evaluations
    )
    out = printed(replace(answer, evaluations=joint))
    text = " ".join(out.split())
    assert "target (joint 95 %) (95 %, marginal) verdict" in text
    assert "compared with (95 %)" in text
    assert "marginal (* joint) interval method" in text
    assert max(len(line.rstrip()) for line in out.splitlines()) <= 80
    assert "joint" not in printed(answer)


def test_the_answer_names_the_quantity() -> None:
    text = " ".join(printed(replace(good(), reward="quality - 0.5*usd")).split())
    assert "0.177 per row (mean of `quality - 0.5*usd`; 95 % interval" in text
