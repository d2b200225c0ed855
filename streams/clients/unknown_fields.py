"""Words for fields that an event doesn't have: most are misspelled names of fields that it has."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from streams.log.codec import FIELDS, MOST_UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST = 40
"""Characters of a name that are shown."""


def named_unknown(unknown: Sequence[tuple[str, str]]) -> str:
    """Return the unknown fields that a decoder noted, each with the known one that is nearest.

    Examples
    --------
    >>> named_unknown([("Task", "deadline"), ("Tick", "zone")])
    "'deadline' of Task; did you mean 'deadline_at'?, 'zone' of Tick"
    """
    known = {kind.__name__: sorted(fields) for kind, fields in FIELDS.items()}
    named = []
    for kind, field in unknown[:MOST_UNKNOWN]:
        close = get_close_matches(field[:LONGEST], known[kind], n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        named.append(f"{field[:LONGEST]!r} of {kind}{hint}")
    return ", ".join([*named, "..."] if len(unknown) > MOST_UNKNOWN else named)
