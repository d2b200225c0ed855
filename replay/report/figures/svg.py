"""Tags of SVG: whatever isn't markup already is escaped on its way in."""

from __future__ import annotations

from typing import TypeAlias

from markupsafe import Markup

Attribute: TypeAlias = str | float | None


def tag(name: str, /, *inside: str, **attributes: Attribute) -> Markup:
    """Write a tag; attributes that are `None` are left out, `_` in their names means `-`.

    Examples
    --------
    >>> print(tag("text", "a < b", tag("tspan", "c"), class_="x", text_anchor='"'))
    <text class="x" text-anchor="&#34;">a &lt; b<tspan>c</tspan></text>
    """
    written = Markup().join(_attribute(key, value) for key, value in attributes.items())
    return Markup("<{0}{1}>{2}</{0}>").format(name, written, joined(*inside))


def joined(*parts: str) -> Markup:
    """Put parts together; what isn't markup is escaped.

    Examples
    --------
    >>> print(joined("<script>", tag("g", "x")))
    &lt;script&gt;<g>x</g>
    """
    return Markup().join(parts)


def _attribute(key: str, value: Attribute) -> Markup:
    if value is None:
        return Markup()
    text = f"{value:.6g}" if isinstance(value, int | float) else value
    return Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), text)
