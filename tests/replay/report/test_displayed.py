"""An answer in a notebook and at a prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from replay.report.displayed import DisplayedComparison, DisplayedEvaluation
from replay.report.notebook import as_html
from replay.runtime.text import printable
from tests.replay.report.answers import HOSTILE, compared, compared_learners, good, hostile, refused
from tests.replay.report.page.test_page import Reader

if TYPE_CHECKING:
    from replay.results.evaluation import Comparison, Evaluation


def shown(answer: Evaluation) -> DisplayedEvaluation:
    return DisplayedEvaluation.of(answer)


@pytest.mark.parametrize("answer", [good(), refused(), compared(), hostile(), compared_learners()])
def test_the_html_is_balanced_and_safe(answer: Evaluation | Comparison) -> None:
    page = as_html(answer)
    Reader(page)
    assert "<script" not in page
    assert "://" not in page


def test_the_html_has_the_answer_and_every_estimator() -> None:
    words = Reader(shown(good())._repr_html_()).text
    assert "uniform would have earned 0.177 per row (95 % interval 0.164 to 0.190)" in words
    for name in ("mean of the log", "IPS", "SNIPS", "DM", "DR"):
        assert name in words


def test_a_prompt_shows_one_line() -> None:
    expected = "<Evaluation of uniform: 0.177 (0.164 to 0.190) per row by DR, 95 % interval; good>"
    assert repr(shown(good())) == expected
    assert repr(shown(refused())).startswith(
        "<Evaluation of always:rare: cannot answer: always:rare"
    )
    assert repr(DisplayedComparison.of(compared())) == (
        "<Comparison of 3 targets: uniform 0.177 (0.164 to 0.190); greedy 0.213 (0.200 to 0.226);"
        " always:rare cannot answer>"
    )


def test_printing_says_a_sentence_for_each_target() -> None:
    assert str(shown(good())).endswith("more than was logged (0.015 to 0.039). Verdict: good.")
    assert len(str(DisplayedComparison.of(compared())).splitlines()) == 3


def test_hostile_names_are_text_in_a_notebook() -> None:
    assert printable(HOSTILE) in Reader(shown(hostile())._repr_html_()).text
