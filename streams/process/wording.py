"""Phrases that several commands print."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def ended(*, signalled: bool) -> str:
    """Return why a run ended.

    Examples
    --------
    >>> ended(signalled=True), ended(signalled=False)
    ('stopped by a signal', 'stopped at the end of the log')
    """
    return "stopped by a signal" if signalled else "stopped at the end of the log"


def skilled(skills: Sequence[str]) -> str:
    """Name the skills that a pool must have.

    Examples
    --------
    >>> skilled(()), skilled(("es",)), skilled(("es", "fr"))
    ('', " with the skill 'es'", " with the skills 'es' and 'fr'")
    """
    if not skills:
        return ""
    names = " and ".join(map(repr, skills))
    return f" with the {'skill' if len(skills) == 1 else 'skills'} {names}"
