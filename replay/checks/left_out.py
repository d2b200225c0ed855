"""Whether rows that can't be used are so many that what is left may be another log."""

from __future__ import annotations

from replay.checks.finding import Finding

WEAK, BROKEN = 0.01, 0.2
"""Share of the rows: those left out may have any reward, and where they were lost because of it,
one in a hundred moves a mean of rewards between 0 and 1 by up to .01."""


def left_out(unusable: int, used: int) -> tuple[Finding, ...]:
    """Judge how many rows were left out; nothing is said where none was.

    Examples
    --------
    >>> left_out(30, 970)[0].verdict, left_out(0, 1000)
    ('weak', ())
    """
    if not unusable:
        return ()
    share = unusable / (unusable + used)
    text = f"{share:.1%} of the rows can't be used and are left out"
    if share <= WEAK:
        return (Finding("rows left out", "good", text),)
    text += ": if that has to do with their reward, the estimate is biased"
    return (Finding("rows left out", "broken" if share > BROKEN else "weak", text),)
