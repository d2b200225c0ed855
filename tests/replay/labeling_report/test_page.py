"""The page: every number is one of `--json`, nothing is loaded, and everybody can read it."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from itertools import pairwise

import msgspec
import pytest

from replay.labeling_report.page.page import page_text
from replay.report.figures.drawing import NARROW, WIDE, shortened
from replay.runtime.text import printable
from tests.replay.labeling_report.read_page import ReadPage, objects, shows, strings
from tests.replay.labeling_report.reports import HOSTILE, report_of

NAMES = (
    "full",
    "compared",
    "calm",
    "small",
    "unaudited",
    "hostile",
    "foreseen",
    "tested",
    "hostile test",
)
NUMBER_WORDS = r"-?\$?\d[\d,]*(?:\.\d+)?(?: %| (?:min|hours?|days?|h|s)\b)?"
FIXED = ("95 %", "1 %", "1 / ")
"""Numbers of explanations, which are no figures."""


def read(name: str) -> ReadPage:
    return ReadPage(page_text(report_of(name)))


def plain(name: str) -> object:
    return json.loads(msgspec.json.encode(report_of(name)))


@pytest.mark.parametrize("name", NAMES)
def test_every_number_is_the_one_in_json(name: str) -> None:
    """Name and value are those of a JSON object, the same one for a whole row of a table."""
    known = objects(plain(name))
    page = read(name)
    assert len(page.numbers) > 30
    rows: dict[int | None, dict[str, float]] = {}
    for number in page.numbers:
        assert any(of.get(number.name) == number.value for of in known), number
        rows.setdefault(number.row, {})[number.name] = number.value
    for row, numbers in rows.items():
        if row is not None:
            assert any(numbers.items() <= of.items() for of in known), numbers


@pytest.mark.parametrize("name", NAMES)
def test_every_number_reads_as_its_value(name: str) -> None:
    for number in read(name).numbers:
        assert shows(number.text, number.value), number


@pytest.mark.parametrize("name", NAMES)
def test_no_digit_stands_outside_of_numbers_and_json_texts(name: str) -> None:
    """What is left of a text without the strings of `--json` has no digit.

    Charts repeat numbers of the page; the ticks of their axes are none of its figures.
    """
    page = read(name)
    whole = {printable(text) for text in strings(plain(name))}
    whole |= {shortened(text, most) for text in whole for most in (WIDE, NARROW)}
    known = sorted(whole, key=len, reverse=True)
    of_charts = sorted({number.text for number in page.numbers}, key=len, reverse=True)
    versions = page.texts[-1]
    assert versions.startswith("poolwise ")
    for text in page.texts[:-1]:
        assert not re.search(r"\d", without(text, [*known, *FIXED])), text
    for text in page.drawn:
        assert not re.search(r"\d", without(text, [*known, *of_charts])), text


@pytest.mark.parametrize("name", NAMES)
def test_every_number_of_the_summary_is_a_figure(name: str) -> None:
    report = report_of(name)
    assert len(report.summary) == (6 if name == "foreseen" else 5)
    values = {value for of in objects(plain(name)) for value in of.values()}
    names = sorted({*strings(plain(name))} - {*report.summary}, key=len, reverse=True)
    for sentence in report.summary:
        text = without(sentence, [name for name in names if re.search(r"\d", name)])
        text = without(text, ["95 % within", "1 % of the cost", "1,000 tasks", " of 100 months"])
        text = re.sub(r"(?<=of the next )(\d+) hours", r"\1", text)  # a count, no length in days
        for token in re.findall(NUMBER_WORDS, text):
            if "more" in text.split(token)[1][:6]:
                continue
            assert any(shows(token, value) for value in values), (token, sentence)


def without(text: str, parts: list[str]) -> str:
    for part in parts:
        if part.strip():
            text = re.sub(rf"(?<![\w.]){re.escape(part.strip())}(?!\w)", "", text)
    return text


@pytest.mark.parametrize("name", NAMES)
def test_nothing_runs_and_nothing_is_asked_for(name: str) -> None:
    page = page_text(report_of(name))
    assert "://" not in page
    assert "url(" not in page
    assert "@import" not in page
    for tag, attributes in ReadPage(page).tags:
        assert tag not in {"script", "iframe", "img", "object", "embed", "base", "form", "a"}
        for key, value in attributes.items():
            assert not key.startswith("on")
            assert key != "src"
            assert key != "href" or value == "data:,"


def test_hostile_names_are_text() -> None:
    page = page_text(report_of("hostile"))
    assert "<script" not in page
    assert "\x00" not in page
    assert printable(HOSTILE) in " ".join(ReadPage(page).texts)


@pytest.mark.parametrize("name", NAMES)
def test_headings_charts_and_tables_are_told_to_who_cannot_see_them(name: str) -> None:
    page = read(name)
    tags = [tag for tag, _ in page.tags]
    levels = [int(tag[1]) for tag in tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= level + 1 for level, later in pairwise(levels))
    figures = tags.count("figure")
    assert figures >= 5
    assert tags.count("figcaption") == tags.count("desc") == tags.count("details") == figures
    assert tags.count("caption") == tags.count("table")
    for tag, attributes in page.tags:
        if tag == "th":
            assert attributes["scope"] in {"col", "row"}
        if tag == "svg" and "role" in attributes:
            assert attributes["role"] == "img"
        for key in ("x", "x1", "x2", "y", "y1", "y2", "cx", "cy", "width", "height"):
            assert not {"nan", "inf"} & {(attributes.get(key) or "").lower()[:3]}


def test_colours_can_be_told_apart() -> None:
    """Contrast of all text is at least 4.5, light and dark (WCAG 2.2, 1.4.3)."""
    templates = files("replay.report.html") / "templates"
    style = "\n".join((templates / name).read_text() for name in ("page.css", "labeling.css"))
    light, dark = _colours(style, dark=False), _colours(style, dark=True)
    for colours in (light, light | dark):
        for ink in ("ink", "soft", "good", "broken"):
            for ground in ("ground", "card", "tint"):
                assert _contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)


def _colours(style: str, *, dark: bool) -> dict[str, str]:
    """Colours of a screen; those for print come later in the files."""
    found: dict[str, str] = {}
    screens = re.sub(r"@media print \{.*?\n\}", "", style, flags=re.DOTALL)
    roots = r"(prefers-color-scheme: dark\) \{)?\s*:root \{(.*?)\}"
    for is_dark, block in re.findall(roots, screens, re.DOTALL):
        if bool(is_dark) == dark:
            found |= dict(re.findall(r"--(\w+): (#\w{6})", block))
    return found


def _contrast(one: str, other: str) -> float:
    dark, light = sorted(map(_luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_the_same_report_makes_the_same_page() -> None:
    assert page_text(report_of("full")) == page_text(report_of("full"))


def test_without_savings_the_page_says_what_it_looked_for() -> None:
    report = report_of("small")
    assert not report.recommendations
    assert "The log supports no recommendation" in " ".join(read("small").texts)


def test_without_audits_nothing_is_called_right() -> None:
    report = report_of("unaudited")
    assert report.totals.accuracy is None
    assert "which no audit has checked" in report.summary[1]
    assert "not audited" in " ".join(read("unaudited").texts)


def test_a_command_is_copied_as_it_is_and_percents_stay_with_their_numbers() -> None:
    report = report_of("full")
    (one, *rest) = report.recommendations
    odd = msgspec.structs.replace(one, verify="poolwise labelers '5 % off.db'")
    page = page_text(msgspec.structs.replace(report, recommendations=(odd, *rest)))
    assert "5 % off.db" in page
    assert page.count(" %") == 1


def test_exploration_that_gives_up_more_than_the_cost_has_no_share_of_it() -> None:
    """Where waiting is dear, the logged values have prices of waiting that nobody pays."""
    report = report_of("small")
    found = report.exploration
    assert found is not None
    for share_of_cost, is_shown in ((0.14, True), (14.93, False)):
        odd = msgspec.structs.replace(found, share_of_cost=share_of_cost)
        page = page_text(msgspec.structs.replace(report, exploration=odd))
        assert ('data-name="share_of_cost"' in page) == is_shown
        assert "That is not money paid" in page
