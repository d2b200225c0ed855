"""A verdict as a word, a colour and a shape, for colour alone doesn't reach everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from replay.results.judgement import VerdictStatus

if TYPE_CHECKING:
    from replay.checks.check_result import Grade

SHAPES = {
    "good": ("M8 1a7 7 0 1 0 .01 0z", "M4.6 8.2L7 10.6L11.4 5.8"),
    "weak": ("M8 1L15.4 14.5H.6z", "M8 6V9.6M8 11.6V12.4"),
    "broken": ("M5 1H11L15 5V11L11 15H5L1 11V5z", "M5.2 5.2L10.8 10.8M10.8 5.2L5.2 10.8"),
}
"""Outline and sign: a circle with a tick, a triangle with a bang, an octagon with a cross."""


class VerdictMark(NamedTuple):
    """What the template draws of a verdict."""

    word: str
    kind: str
    outline: str
    sign: str


def verdict_mark(verdict: VerdictStatus | Grade) -> VerdictMark:
    """Return word, colour and shape of a verdict or of a check's grade.

    Examples
    --------
    >>> verdict_mark(VerdictStatus.CANNOT_ANSWER)[:2]
    ('cannot answer', 'broken')
    """
    kind = "broken" if verdict is VerdictStatus.CANNOT_ANSWER else str(verdict)
    return VerdictMark(str(verdict), kind, *SHAPES[kind])
