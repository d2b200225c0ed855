"""What a report on poolwise's own log ends with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from replay.checks.check_result import CheckResult, Grade
from replay.report.wording.own_log import closing
from replay.results.judgement import Judgement
from tests.replay.report.answers import good, refused


@pytest.mark.parametrize(
    ("weak", "ending"),
    [
        (("accuracy",), "the change in accuracy and the total value are not"),
        (("accuracy", "tail"), "weak, for the reasons above"),
        (("tail",), "weak, for the reasons above"),
    ],
)
def test_label_costs_can_be_trusted_where_accuracy_alone_is_weak(
    weak: tuple[str, ...], ending: str
) -> None:
    checks = [CheckResult(name, Grade.WEAK, "few") for name in weak]
    judgement = Judgement.of([*checks, CheckResult("drift", Grade.GOOD, "none")])
    assert closing(replace(good(), judgement=judgement)).endswith(ending)


def test_other_verdicts_are_as_they_are() -> None:
    assert closing(good()) == "good"
    assert closing(refused()).startswith("cannot answer: ")
