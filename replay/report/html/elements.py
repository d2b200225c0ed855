"""Tables and figures of a page as data; the templates lay them out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup


class PageTable(NamedTuple):
    """A table; its first `words` columns are words, the others are numbers."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: int = 1


class Swatch(NamedTuple):
    """A colour of a figure and what it stands for; words alone where the kind is empty."""

    kind: str
    words: str


class Figure(NamedTuple):
    """A drawing under the sentence that says what it shows, with its numbers in a table below."""

    title: str
    picture: Markup
    numbers: PageTable
    key: tuple[Swatch, ...] = ()
