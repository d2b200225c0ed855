"""Tags of HTML and SVG: whatever isn't markup already is escaped on its way in."""

from __future__ import annotations

from html import escape
from typing import TypeAlias

from replay.runtime.text import printable

VOID = {"br", "link", "meta"}

Attribute: TypeAlias = str | float | bool | None


class Markup(str):
    """Text that is markup; made by `tag` and `joined` only."""

    __slots__ = ()


def tag(name: str, /, *inside: str, **attributes: Attribute) -> Markup:
    """Write a tag; attributes that are `None` are left out, `_` in their names means `-`.

    Examples
    --------
    >>> tag("p", "a < b", tag("b", "c"), class_="x", title='"')
    '<p class="x" title="&quot;">a &lt; b<b>c</b></p>'
    """
    said = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in VOID:
        return Markup(f"<{name}{said}>")
    return Markup(f"<{name}{said}>{joined(*inside)}</{name}>")


def section(name: str, *inside: str) -> Markup:
    """Write a section with a heading."""
    return tag("section", tag("h2", name), *inside)


def joined(*parts: str) -> Markup:
    """Put parts together; what isn't markup is escaped.

    Examples
    --------
    >>> joined("<script>", tag("i", "x"), chr(0))
    '&lt;script&gt;<i>x</i>�'
    """
    return Markup("".join(part if isinstance(part, Markup) else _escaped(part) for part in parts))


def table(heads: list[str], rows: list[list[str]], words: int = 1) -> Markup:
    """Write a table; the first `words` columns are words, the others are numbers."""

    def cells(name: str, row: list[str]) -> Markup:
        return tag(
            "tr",
            *(
                tag(name, cell, class_=None if at < words else "number")
                for at, cell in enumerate(row)
            ),
        )

    inside = tag(
        "table",
        tag("thead", cells("th", heads)),
        tag("tbody", *(cells("td", row) for row in rows)),
    )
    return tag("div", inside, class_="scroll", tabindex="0")


def _attribute(key: str, value: Attribute) -> str:
    name = key.rstrip("_").replace("_", "-")
    if value is None or value is False:
        return ""
    if value is True:
        return f" {name}"
    text = f"{value:.6g}" if isinstance(value, int | float) else value
    return f' {name}="{_escaped(text)}"'


def _escaped(text: str) -> str:
    return escape(printable(text))
