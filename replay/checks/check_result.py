"""Result of one check of a log: its grade, and the reason in a sentence."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Grade(StrEnum):
    """How serious a check's result is; in JSON it is the word."""

    GOOD = "good"
    WEAK = "weak"
    BROKEN = "broken"


class CheckResult(NamedTuple):
    """Result of one check: its name, its grade, and a sentence with the figures behind it."""

    name: str
    verdict: Grade
    text: str
