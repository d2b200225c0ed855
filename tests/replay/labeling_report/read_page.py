"""Reads a page as a browser would: its numbers, its other text, its tags."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any, NamedTuple

VOID = {"br", "link", "meta"}
ROW = {"tr"}


class PageNumber(NamedTuple):
    """A number: its figure, that figure's name, the text that people read, and its table row."""

    value: float
    name: str
    text: str
    row: int | None


class ReadPage(HTMLParser):
    """A page's parts; fails at a tag that isn't closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.numbers: list[PageNumber] = []
        self.texts: list[str] = []
        self.drawn: list[str] = []
        self._rows = 0
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"<{tag}> has an attribute twice"
        self.tags.append((tag, dict(attrs)))
        self._rows += tag in ROW
        if tag not in VOID:
            self.open.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        text = data.replace("\N{NO-BREAK SPACE}", " ")
        if not text.strip() or not self.open:
            return
        tag, attributes = self.open[-1]
        inside = {name for name, _ in self.open}
        if tag == "data":
            row = self._rows if inside & ROW else None
            value, name = attributes["value"], attributes["data-name"]
            assert value is not None
            assert name is not None
            self.numbers.append(PageNumber(float(value), name, text, row))
        elif "svg" in inside:
            if attributes.get("class") != "tick":
                self.drawn.append(text)
        elif tag != "style":
            self.texts.append(text)


def objects(plain: Any) -> list[dict[str, float]]:
    """All objects of a JSON value, each with its numbers by dotted name."""
    found: list[dict[str, float]] = []
    if isinstance(plain, dict):
        found.append(_numbers(plain))
        plain = list(plain.values())
    if isinstance(plain, list):
        for item in plain:
            found += objects(item)
    return found


def strings(plain: Any) -> list[str]:
    """All strings of a JSON value."""
    if isinstance(plain, str):
        return [plain]
    items = plain.values() if isinstance(plain, dict) else plain if isinstance(plain, list) else ()
    return [text for item in items for text in strings(item)]


def _numbers(plain: dict[str, Any], begin: str = "") -> dict[str, float]:
    found: dict[str, float] = {}
    for key, value in plain.items():
        if isinstance(value, dict):
            found |= _numbers(value, f"{begin}{key}.")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found[begin + key] = float(value)
    return found


NUMBER = re.compile(r"(?P<sign>[-+]?)(?P<usd>\$?)(?P<digits>[\d,]+(?:\.\d+)?)(?P<unit>.*)")
UNITS = {"%": 0.01, "points": 0.01, "min": 60.0, "h": 3600.0, "hours": 1 / 24, "hour": 1 / 24}
"""Of times, those of delays are in seconds, and that of the log's length in days."""


def shows(text: str, value: float) -> bool:
    """Whether a text that people read shows a value, rounded to its last digit."""
    if text == "at once":
        return 0.0 <= value < 1.0
    match = NUMBER.fullmatch(text)
    assert match is not None, text
    digits = match["digits"].replace(",", "")
    unit = UNITS.get(match["unit"].strip(), 1.0)
    last = 10.0 ** -len(digits.partition(".")[2])
    read = float(digits) * (-1.0 if match["sign"] == "-" else 1.0)
    return abs(read * unit - value) <= 0.5000001 * last * unit
