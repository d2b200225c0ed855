"""Result of one check of a log: its grade, and the reason in a sentence."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Grade(StrEnum):
    """How serious a check's result is; in JSON it is the word."""

    GOOD = "good"
    WEAK = "weak"
    BROKEN = "broken"


def percent(part: float) -> str:
    """Write a share in per cent with two digits, so that a small one isn't 0.

    Examples
    --------
    >>> percent(0.0017), percent(0.31), percent(0.0), percent(1.0)
    ('0.17 %', '31 %', '0 %', '100 %')
    """
    return f"{100 * part:.2g} %" if 0.0 < part < 0.1 else f"{100 * part:.0f} %"


class CheckResult(NamedTuple):
    """Result of one check: its name, its grade, and a sentence with the figures behind it."""

    name: str
    verdict: Grade
    text: str
