"""Amounts as tables have them: prices in dollars, seconds."""

from __future__ import annotations

import math
import re

from bandit.engine.checks import MOST
from bandit.errors import BadValue

DOLLARS = re.compile(r"^(?:US\$|USD|\$)\s*|\s*(?:US\$|USD|\$)$", re.IGNORECASE)
OTHER_MONEY = re.compile(r"[€£¥₹]|\b(?:EUR|GBP|CHF|JPY|INR|CAD|AUD)\b", re.IGNORECASE)

CENTS = re.compile(r"\bcents?\b|¢", re.IGNORECASE)


def unit_notes(column: str) -> tuple[str, ...]:
    """Say of a column of prices whose name has another unit than dollars how it is taken.

    Examples
    --------
    >>> unit_notes("price (cents)")
    ("numbers in column 'price (cents)' are taken as dollars, though its name says otherwise",)
    >>> unit_notes("price"), unit_notes("Cost (USD)")
    ((), ())
    """
    if not OTHER_MONEY.search(column) and not CENTS.search(column):
        return ()
    return (f"numbers in column {column!r} are taken as dollars, though its name says otherwise",)


def parse_amount(text: str, where: str) -> float:
    """Read a number that is 0 or more; a dollar sign beside it is fine, and so is a decimal comma.

    A comma before three digits may be one of thousands: such a number is refused.

    Examples
    --------
    >>> parse_amount("$0.05", "price"), parse_amount("0,05", "price"), parse_amount("0.05 USD", "")
    (0.05, 0.05, 0.05)
    """
    plain = DOLLARS.sub("", text.strip())
    whole, comma, decimals = plain.partition(",")
    if comma and decimals.isdigit() and len(decimals) != 3:
        plain = f"{whole}.{decimals}"
    try:
        number = float(plain)
    except ValueError:
        number = math.nan
    if not 0 <= number <= MOST:
        advice = ""
        if OTHER_MONEY.search(text):
            advice = "; amounts are in $ here: write it in dollars, or without the currency"
        elif "," in text:
            advice = "; write it with a decimal point and no other marks"
        raise BadValue(f"{where}: {text!r} is not a number between 0 and {MOST:g}{advice}")
    return number
