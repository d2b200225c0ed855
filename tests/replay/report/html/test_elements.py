"""Tables and figures of a page: every cell is shown as it is, once, and numbers are marked."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from replay.report.html.elements import Figure, PageTable, Swatch
from replay.report.html.render import _environment

cells = st.text("ab1<>&\"'{}% ", min_size=1, max_size=8)
tables = st.integers(1, 4).flatmap(
    lambda width: st.builds(
        PageTable,
        st.lists(cells, min_size=width, max_size=width),
        st.lists(st.lists(cells, min_size=width, max_size=width), max_size=4),
        st.integers(0, width),
    )
)
keys = st.lists(
    st.builds(Swatch, st.sampled_from(("", "target", "baseline")), cells), max_size=3
).map(tuple)
Cell = tuple[str, bool, str]


class Cells(HTMLParser):
    """The cells of a page's tables: the tag, whether it is a number's, and the words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[Cell]] = []
        self.swatches: list[str] = []
        self.captions: list[str] = []
        self.inside = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        kind = dict(attrs).get("class")
        if tag == "tr":
            self.rows.append([])
        elif tag in {"th", "td"}:
            self.rows[-1].append((tag, kind == "number", ""))
        elif tag == "i":
            self.swatches.append((kind or "").removeprefix("swatch "))
        elif tag == "figcaption":
            self.captions.append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside in {"th", "td"}:
            tag, is_number, words = self.rows[-1][-1]
            self.rows[-1][-1] = (tag, is_number, words + data)
        elif self.inside == "figcaption":
            self.captions[-1] += data


def macros() -> Any:
    return _environment().get_template("elements.html").module


def expected(table: PageTable) -> list[list[Cell]]:
    """Return what a reader of the page should find."""
    return [
        [(tag, number >= table.words, cell) for number, cell in enumerate(row)]
        for tag, row in [("th", table.heads), *(("td", row) for row in table.rows)]
    ]


@settings(max_examples=50)
@given(tables)
def test_every_cell_is_shown_as_it_is_and_those_after_the_words_are_numbers(
    table: PageTable,
) -> None:
    """Whatever it holds: tags and expressions of a template are shown, not followed."""
    assert Cells(macros().table(table, "a table")).rows == expected(table)


def test_charts_and_tables_of_all_pages_are_made_by_these_macros_alone() -> None:
    environment = _environment()
    for name in environment.list_templates(extensions=["html"]):
        assert environment.loader is not None
        source = environment.loader.get_source(environment, name)[0]
        assert ("<figure" in source) == (name == "elements.html"), name
        assert ("numbers.heads" in source) == (name == "elements.html"), name


def test_a_table_is_named_for_who_cannot_see_it() -> None:
    table = PageTable(["pool", "usd"], [["crowd", "$1"]])
    page = macros().draw(Figure("Where the money goes", Markup("<svg></svg>"), table))
    assert page.count("<caption>Where the money goes</caption>") == 1
    assert 'role="group" aria-label="Where the money goes"' in page
    assert page.count('<th scope="col"') == 2
    assert '<span class="unseen">: Where the money goes</span>' in page


@settings(max_examples=50)
@given(cells, tables, keys)
def test_a_figure_has_its_title_its_colours_its_picture_and_its_numbers(
    title: str, table: PageTable, key: tuple[Swatch, ...]
) -> None:
    page = macros().draw(Figure(title, Markup("<svg></svg>"), table, key))
    parsed = Cells(page)
    assert parsed.captions == [title]
    assert parsed.rows == expected(table)
    assert parsed.swatches == [swatch.kind for swatch in key if swatch.kind]
    assert page.count("<svg></svg>") == 1
    assert ('class="key"' in page) == bool(key)
