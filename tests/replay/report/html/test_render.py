"""Templates: strict about names, escaping by default, and all of them in use."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import UndefinedError

import replay.report.html
from replay.report.html.render import render
from replay.runtime.text import printable
from tests.replay.report.answers import HOSTILE
from tests.replay.report.page.test_page import Reader

FOLDER = Path(replay.report.html.__path__[0])


def test_a_name_that_a_template_needs_must_be_given() -> None:
    with pytest.raises(UndefinedError, match="title"):
        render("evaluation.html")


def test_the_title_is_escaped_wherever_it_stands() -> None:
    page = render("document.html", title=HOSTILE)
    assert "<script" not in page
    assert "\x1b" not in page
    assert printable(HOSTILE) in Reader(page).words


def test_no_template_switches_escaping_off() -> None:
    for path in (FOLDER / "templates").iterdir():
        text = path.read_text("utf-8")
        assert "|safe" not in text.replace(" ", "")
        assert "autoescape" not in text


def test_every_template_is_used() -> None:
    templates = list((FOLDER / "templates").iterdir())
    sources = [*FOLDER.parents[1].rglob("*.py"), *templates]
    text = "".join(path.read_text("utf-8") for path in sources)
    for path in templates:
        assert f'"{path.name}"' in text
