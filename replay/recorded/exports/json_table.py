"""JSON as a table of labels: a list of objects, an object a line, or one object with a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from bandit.errors import BadValue
from replay.recorded.exports.cells import cell
from replay.recorded.exports.nested import label_rows

if TYPE_CHECKING:
    from pathlib import Path

Object = dict[str, Any]


def json_table(text: str, path: Path) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    r"""Return the columns and numbered rows of a text in JSON; a missing value is an empty cell.

    Raises
    ------
    BadValue
        If it can't be read; the message names the line.

    Examples
    --------
    >>> from pathlib import Path
    >>> header, rows = json_table('{"task": 1, "label": "x"}\n{"task": 2}\n', Path("f.jsonl"))
    >>> header, rows[1]
    (['task', 'label'], (2, {'task': '2', 'label': ''}))
    """
    try:
        rows = label_rows(_objects(text, path), path)
        header = list(dict.fromkeys(name for _, row in rows for name in row))
        return header, [
            (number, {name: cell(row.get(name)) for name in header}) for number, row in rows
        ]
    except (AttributeError, KeyError, RecursionError, TypeError, msgspec.DecodeError) as error:
        raise BadValue(f"{path}: JSON of a form that isn't known; save it as a CSV file") from error


def _objects(text: str, path: Path) -> list[Object]:
    if text.lstrip("\ufeff \t\r\n").startswith("["):
        return _whole(text, path)
    objects = []
    for number, line in enumerate(text.lstrip("\ufeff").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            objects.append(msgspec.json.decode(line, type=Object))
        except msgspec.DecodeError as error:
            if not objects:
                return _whole(text, path)
            raise BadValue(f"{path}: line {number}: not a JSON object ({error})") from error
    return _listed(objects[0], objects)


def _whole(text: str, path: Path) -> list[Object]:
    try:
        value = msgspec.json.decode(text.lstrip("\ufeff"), type=list[Object] | Object)
    except msgspec.DecodeError as error:
        raise BadValue(f"{path}: neither JSON nor a JSON object in each line ({error})") from error
    return value if isinstance(value, list) else _listed(value, [value])


def _listed(value: Object, objects: list[Object]) -> list[Object]:
    """Return the rows of a table that is one object with a list of them."""
    lists = [of for of in value.values() if isinstance(of, list) and of and isinstance(of[0], dict)]
    single = len(objects) == 1 and len(lists) == 1 and "workerId" not in lists[0][0]
    return lists[0] if single and "data" not in value else objects
