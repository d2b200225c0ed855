"""A number with its noun."""

from __future__ import annotations


def counted(number: int, what: str) -> str:
    """Return a number with its noun, singular or plural.

    Examples
    --------
    >>> counted(1, "task"), counted(2310, "task")
    ('1 task', '2,310 tasks')
    """
    return f"{number:,} {what}{'' if number == 1 else 's'}"
