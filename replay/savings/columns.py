"""Columns of a label table: named by the user, or guessed from their names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bandit.errors import UnknownColumn, nearest
from replay.tables.columns.named_actions import listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAMES: dict[str, tuple[str, ...]] = {
    "task": (
        "task", "task_id", "item", "item_id", "question", "question_id", "unit", "unit_id",
        "example", "example_id", "instance", "instance_id", "document", "document_id", "doc_id",
        "image", "image_id", "text_id", "row_id", "record_id", "object", "orig_id", "hit_id",
    ),
    "labeler": (
        "labeler", "labeler_id", "labeller", "worker", "worker_id", "annotator", "annotator_id",
        "user", "user_id", "rater", "rater_id", "judge", "judge_id", "coder", "performer",
        "contributor", "contributor_id", "member_id",
    ),
    "label": (
        "label", "answer", "response", "judgment", "judgement", "annotation", "rating", "choice",
        "class", "category", "vote", "value",
    ),
    "pool": ("pool", "vendor", "channel", "team", "provider", "platform", "queue", "workforce"),
    "at": (
        "at", "time", "timestamp", "submitted_at", "created_at", "completed_at", "finished_at",
        "submit_time", "submittime", "submitted", "created", "date", "datetime",
    ),
    "price": ("price", "usd", "cost", "payment", "paid", "pay", "amount", "fee", "usd_per_label"),
}  # fmt: skip
"""For each role the names that mean it, the surest first, however their words are divided."""

NEEDED = ("task", "labeler", "label")


def find_columns(
    header: Sequence[str], given: Mapping[str, str | None], name: str
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Map roles to columns; return which of them were guessed by another name than the role's.

    Parameters
    ----------
    header
        The columns of the file.
    given
        What the user said, by role; `None` for what they didn't say.
    name
        The file, for messages.

    Raises
    ------
    UnknownColumn
        If a column that was named is missing, or a required one is neither named nor found.

    Examples
    --------
    >>> find_columns(["itemId", "WorkerID", "answer"], {}, "f.csv")
    ({'task': 'itemId', 'labeler': 'WorkerID', 'label': 'answer'}, ('task', 'labeler', 'label'))
    """
    columns: dict[str, str] = {}
    for role, column in given.items():
        if column is None:
            continue
        if column not in header:
            raise UnknownColumn(f"{name}: no column {column!r}{nearest(column, header)}")
        columns[role] = column
    by_name = {plain(column): column for column in reversed(header)}
    guessed = []
    for role, known in NAMES.items():
        if role in columns:
            continue
        free = (by_name[plain(alias)] for alias in known if plain(alias) in by_name)
        column = next((column for column in free if column not in columns.values()), None)
        if column is not None:
            columns[role] = column
            if column != role:
                guessed.append(role)
        elif role in NEEDED:
            raise UnknownColumn(
                f"{name}: no column looks like the {role}; name it with --{role} COLUMN; "
                f"columns: {listed(header)}"
            )
    return {role: columns[role] for role in (*NAMES, "truth") if role in columns}, tuple(guessed)


def plain(name: str) -> str:
    """Return the letters and digits of a name, but for what is in brackets.

    Examples
    --------
    >>> plain("Worker_ID"), plain("Cost (USD)")
    ('workerid', 'cost')
    """
    return re.sub(r"[^a-z0-9]+", "", re.sub(r"\(.*?\)|\[.*?\]", "", name).lower())
