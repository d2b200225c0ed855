"""Values of JSON as the cells of a table."""

from __future__ import annotations

from typing import Any

import msgspec


def cell(value: Any) -> str:
    """Write a value as a CSV file has it; a list with one entry is that entry.

    Several choices together are one class, in whatever order they were made.

    Examples
    --------
    >>> cell(None), cell(3.0), cell(True), cell(["cat"]), cell(["dog", "cat"])
    ('', '3', 'true', 'cat', 'cat, dog')
    >>> cell({"id": 7, "email": "ann@firm.com"}), cell({"choices": ["a"]})
    ('ann@firm.com', 'a')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list):
        return ", ".join(sorted(map(cell, value)))
    if isinstance(value, dict):
        named = next((value[key] for key in ("choices", "email", "id") if value.get(key)), None)
        return msgspec.json.encode(value).decode() if named is None else cell(named)
    return str(value)
