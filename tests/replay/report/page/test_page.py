"""The page: whole, safe, asking nobody, and with every number of the answer in it."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay.checks.check_result import CheckResult, Grade
from replay.report.page.page import page_text
from replay.report.wording.digits import number
from replay.results.evaluation import Comparison, Estimate, Evaluation
from replay.results.judgement import Judgement
from replay.runtime.text import printable
from tests.replay.report.answers import (
    HOSTILE,
    compared,
    compared_learners,
    good,
    hostile,
    learner,
    refused,
    sliced,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMAND, SOURCE = "poolwise evaluate 'my log.csv' --html report.html", "my log.csv"
VOID = {"br", "link", "meta"}
ANSWERS: dict[str, Evaluation | Comparison] = {
    "good": good(),
    "refused": refused(),
    "compared": compared(),
    "sliced": sliced(),
    "hostile": hostile(),
    "many": good(actions=500),
    "learner": learner(),
    "learners": compared_learners(),
    "bare": replace(
        good(),
        gain=None,
        judgement=Judgement(),
        overlap=(),
        weights=(),
        curve=(),
        notes=(),
        counts={},
    ),
}


class Reader(HTMLParser):
    """Reads a page as a browser would, and fails at a tag that isn't closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"<{tag}> has an attribute twice"
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(self.words)


def read(answer: Evaluation | Comparison) -> Reader:
    return Reader(page_text(answer, COMMAND, SOURCE))


def estimates(answer: Evaluation | Comparison) -> Iterator[Estimate]:
    if isinstance(answer, Comparison):
        for one in answer.evaluations:
            yield from estimates(one)
        yield from (one.estimate for one in answer.differences if one.estimate is not None)
        return
    yield from answer.estimates
    yield from (one for one in [answer.gain] if one is not None)
    for part in answer.slices:
        yield from (one for one in (part.estimate, part.gain) if one is not None)


@pytest.mark.parametrize("name", ANSWERS)
def test_every_number_of_the_answer_is_in_the_page(name: str) -> None:
    answer = ANSWERS[name]
    words = set(read(answer).text.split())
    found = list(estimates(answer))
    assert found or name == "refused"
    for one in found:
        assert {number(one.value), number(one.low), number(one.high)} <= words


def test_the_figures_have_their_numbers_in_tables() -> None:
    answer = good()
    words = set(read(answer).text.split())
    for bar in answer.weights:
        assert {number(bar.low), number(bar.high), f"{bar.rows:,}"} <= words
    for point in answer.curve:
        assert {f"{point.rows:,}", number(point.value), number(point.error)} <= words
    for action in answer.overlap:
        assert {action.action, f"{action.taken:,}", number(action.ess)} <= words


@pytest.mark.parametrize("name", ANSWERS)
def test_nothing_runs_and_nothing_is_asked_for(name: str) -> None:
    page = page_text(ANSWERS[name], COMMAND, SOURCE)
    assert "://" not in page
    for tag, attributes in Reader(page).tags:
        assert tag not in {"script", "iframe", "img", "object", "embed", "base", "form", "a"}
        for key, value in attributes.items():
            assert not key.startswith("on")
            assert key != "src"
            assert key != "href" or value == "data:,"
    assert "url(" not in page
    assert "@import" not in page


def test_a_check_that_asks_ends_with_its_question_mark() -> None:
    asks, says = (
        CheckResult("weight", Grade.BROKEN, "could it be?"),
        CheckResult("drift", Grade.GOOD, "none"),
    )
    answer = replace(good(), judgement=replace(good().judgement, findings=(asks, says)))
    words = read(answer).text
    assert "could it be?" in words
    assert "?." not in words
    assert "none." in words


def test_hostile_names_are_text() -> None:
    page = page_text(hostile(), COMMAND, HOSTILE)
    assert "<script" not in page
    assert "\x00" not in page
    assert printable(HOSTILE) in Reader(page).text


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=80))
def test_any_name_is_shown_as_it_is(name: str) -> None:
    """Control characters and what isn't text at all are shown as a replacement."""
    page = page_text(replace(refused(), target=name), name, name)
    page.encode()
    assert printable(name) in Reader(page).words or not name


def test_a_file_name_that_is_not_text_is_shown() -> None:
    page = page_text(good(), COMMAND, "log-\udcff.csv")
    assert "log-\ufffd.csv" in page


@pytest.mark.parametrize("name", ANSWERS)
def test_each_figure_says_what_it_shows(name: str) -> None:
    """A title and a description for who can't see it, and the numbers in a table below."""
    tags = [tag for tag, _ in read(ANSWERS[name]).tags]
    figures = tags.count("figure")
    assert figures or name == "refused"
    assert tags.count("figcaption") == tags.count("desc") == figures
    pictures = [attributes for tag, attributes in read(ANSWERS[name]).tags if tag == "svg"]
    assert sum(one.get("role") == "img" for one in pictures) == figures
    assert tags.count("details") >= figures


def test_a_refused_answer_has_no_number_of_an_estimate() -> None:
    answer = refused()
    assert answer.withheld
    assert answer.curve
    words = read(answer).text
    for one in answer.withheld:
        for value in (one.value, one.low, one.high):
            assert number(value) not in words
    assert number(answer.curve[-1].value) not in words
    assert "This log can't say what always:rare would have earned" in words
    assert "cannot answer" in words


def test_a_comparison_shows_all_targets_and_their_differences() -> None:
    words = read(compared()).text
    assert "What would uniform, greedy and always:rare have earned?" in words
    assert "greedy earns 0.035 more than uniform (0.021 to 0.050)." in words
    assert "always:rare can't be compared with uniform: one of them was refused." in words
    assert "at once" in words


def test_the_command_is_whole_and_versions_are_named() -> None:
    words = read(good()).words
    assert COMMAND in words
    assert any("poolwise" in one and "numpy" in one and "Python" in one for one in words)


def test_the_same_answer_makes_the_same_page() -> None:
    assert page_text(good(), COMMAND, SOURCE) == page_text(good(), COMMAND, SOURCE)


def test_many_actions_are_summed_after_the_twentieth() -> None:
    words = read(good(actions=500)).text
    assert "pool-19 " in words
    assert "pool-20 " not in words
    assert "480 others" in words
    assert "uniform takes no action in more than 1 % of the rows" in words


def test_no_part_of_a_drawing_is_without_a_place() -> None:
    """No coordinate is NaN or infinite, whatever an interval's ends are."""
    for _, attributes in read(hostile()).tags:
        for key in ("x", "y", "x1", "x2", "y1", "y2", "width", "height", "points", "cx"):
            value = attributes.get(key) or ""
            assert "nan" not in value
            assert "inf" not in value
