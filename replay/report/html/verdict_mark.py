"""A verdict as a word, a colour and a shape, for colour alone tells not everybody."""

from __future__ import annotations

from replay.report.html.markup import Markup, tag
from replay.report.wording.sentence import verdict_word

SHAPES = {
    "good": ("M8 1a7 7 0 1 0 .01 0z", "M4.6 8.2L7 10.6L11.4 5.8"),
    "weak": ("M8 1L15.4 14.5H.6z", "M8 6V9.6M8 11.6V12.4"),
    "broken": ("M5 1H11L15 5V11L11 15H5L1 11V5z", "M5.2 5.2L10.8 10.8M10.8 5.2L5.2 10.8"),
}
"""Outline and sign: a circle with a tick, a triangle with a bang, an octagon with a cross."""


def kind_of(verdict: str) -> str:
    """`good`, `weak` or `broken`, of a verdict or a finding's word."""
    word = verdict_word(verdict)
    return word if word in SHAPES else "broken"


def mark(verdict: str) -> Markup:
    """Show the word with its shape."""
    kind = kind_of(verdict)
    outline, sign = SHAPES[kind]
    icon = tag(
        "svg",
        tag("path", d=outline, class_="outline"),
        tag("path", d=sign, class_="sign"),
        viewBox="0 0 16 16",
        width=16,
        height=16,
        aria_hidden="true",
    )
    return tag("span", icon, tag("b", verdict_word(verdict)), class_=f"verdict {kind}")
