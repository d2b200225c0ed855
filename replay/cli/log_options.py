"""The log as commands name it: files, or none where a query is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def source_of(log: Sequence[str]) -> str | list[str] | None:
    """Return the log as `replay.evaluate` takes it: one, several or none.

    Examples
    --------
    >>> source_of(["a.csv"]), source_of(["a.csv", "b.csv"]), source_of([])
    ('a.csv', ['a.csv', 'b.csv'], None)
    """
    return log[0] if len(log) == 1 else list(log) or None


def names_of(text: str | None) -> tuple[str, ...]:
    """Return the names in a list with commas.

    Examples
    --------
    >>> names_of("lang, project"), names_of(None)
    (('lang', 'project'), ())
    """
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())
