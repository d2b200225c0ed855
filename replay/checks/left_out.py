"""Check of the share of rows that can't be used."""

from __future__ import annotations

from replay.checks.check_result import CheckResult, Grade, percent

WEAK, BROKEN = 0.01, 0.2
"""Share of the rows: those left out may have any reward, and where they were lost because of it,
one in a hundred moves a mean of rewards between 0 and 1 by up to .01."""


def left_out(unusable: int, used: int) -> tuple[CheckResult, ...]:
    """Judge how many rows were left out; nothing is said where none was.

    Examples
    --------
    >>> str(left_out(30, 970)[0].verdict), left_out(0, 1000)
    ('weak', ())
    """
    if not unusable:
        return ()
    share = unusable / (unusable + used)
    text = f"{percent(share)} of the rows can't be used and are left out"
    if share <= WEAK:
        return (CheckResult("rows left out", Grade.GOOD, text),)
    text += ": if that depends on their reward, the estimate is biased"
    return (CheckResult("rows left out", Grade.BROKEN if share > BROKEN else Grade.WEAK, text),)
