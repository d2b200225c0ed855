"""Tables as text: aligned, complete, and free of anything that a terminal would act on."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.process.table import aligned

cells = st.text("ab1,.[]:*_é", min_size=1, max_size=8)
tables = st.integers(1, 4).flatmap(
    lambda width: st.tuples(
        st.lists(cells, min_size=width, max_size=width),
        st.lists(st.lists(cells, min_size=width, max_size=width), max_size=6),
    )
)
Table = tuple[list[str], list[list[str]]]


@given(tables)
def test_each_row_is_a_line_with_its_cells_as_they_are(table: Table) -> None:
    """Brackets and colons too: they are no markup and no emoji."""
    header, rows = table
    lines = aligned(header, rows)
    assert [line.split() for line in lines] == [header, *rows]


@given(tables)
def test_words_begin_and_figures_end_in_the_same_column(table: Table) -> None:
    header, rows = table
    lines = aligned(header, rows)
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    for line, cells_of_line in zip(lines, [header, *rows], strict=True):
        expected = [cells_of_line[0].ljust(widths[0])]
        expected += [
            cell.rjust(width) for cell, width in zip(cells_of_line[1:], widths[1:], strict=True)
        ]
        assert line == "  ".join(expected).rstrip()


@given(st.text("ab", min_size=200, max_size=400), st.text("ab", min_size=1, max_size=9))
def test_what_is_too_long_for_the_terminal_is_folded_and_not_cut(long: str, short: str) -> None:
    lines = aligned(("name", "asks"), [(long, short)])
    assert len(lines) > 2
    assert max(map(len, lines)) < len(long)
    words = [line.split() for line in lines[1:]]
    assert "".join(line[0] for line in words) == long
    assert "".join(line[1] for line in words if len(line) > 1) == short
