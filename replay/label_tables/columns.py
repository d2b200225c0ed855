"""Columns of a label table: named by the user, or guessed from their names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bandit.errors import UnknownColumn, nearest
from replay.recorded.exports.known_exports import export_of
from replay.tables.columns.named_actions import listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from replay.recorded.exports.known_exports import Export

NAMES: dict[str, tuple[str, ...]] = {
    "task": (
        "task", "task_id", "item", "item_id", "question", "question_id", "unit", "unit_id",
        "example", "example_id", "instance", "instance_id", "document", "document_id", "doc_id",
        "image", "image_id", "text_id", "row_id", "record_id", "object", "orig_id", "hit_id", "id",
        "filename", "file_name", "file", "image_url", "url",
    ),
    "labeler": (
        "labeler", "labeler_id", "labeller", "worker", "worker_id", "annotator", "annotator_id",
        "user", "user_id", "rater", "rater_id", "judge", "judge_id", "coder", "performer",
        "contributor", "contributor_id", "member_id", "username",
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

NO_LABELS = frozenset({
    "seconds", "duration", "timespent", "leadtime", "worktime", "confidence", "score", "weight",
    "comment", "comments", "note", "notes", "status", "truth", "gold", "correct",
})  # fmt: skip
"""Names of columns that say something about a label, in plain letters."""

NEEDED = ("task", "labeler", "label")


def find_columns(
    header: Sequence[str], given: Mapping[str, str | None], name: str
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Map roles to columns; return which of them were guessed by another name than the role's.

    Parameters
    ----------
    header
        The columns of the file; those of exports of well-known tools are known.
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
    export = export_of(header)
    by_export = {} if export is None else export.roles
    by_name = {plain(column): column for column in reversed(header)}
    guessed, missing = [], []
    for role, known in (*NAMES.items(), ("truth", ())):
        if role in columns:
            continue
        names = [plain(alias) for alias in known]
        free = (by_name[alias] for alias in names if alias in by_name)
        named = [by_export[role]] if role in by_export else free
        column = next((column for column in named if column not in columns.values()), None)
        if column is None and role == "label":
            column = _last_left(header, export, columns)
        if column is not None:
            columns[role] = column
            if column != role:
                guessed.append(role)
        elif role in NEEDED:
            missing.append(role)
    if missing:
        raise _unknown(name, header, missing, export)
    return {role: columns[role] for role in (*NAMES, "truth") if role in columns}, tuple(guessed)


def _last_left(
    header: Sequence[str], export: Export | None, columns: Mapping[str, str]
) -> str | None:
    """Return the one column that is nothing else, in a table that no tool is known to write."""
    left = [column for column in header if column not in columns.values() and column.strip()]
    if len(left) != 1 or export is not None or not {"task", "labeler"} <= set(columns):
        return None
    others = {plain(alias) for role in NAMES if role != "label" for alias in NAMES[role]}
    return None if plain(left[0]) in NO_LABELS | others else left[0]


def _unknown(
    name: str, header: Sequence[str], missing: Sequence[str], export: Export | None
) -> UnknownColumn:
    """Say which columns aren't found, and how to name them."""
    if export is not None and list(missing) == ["label"] and export.answers:
        return UnknownColumn(
            f"{name}: several columns of {export.tool} may be the label: choose one with --label"
            f" COLUMN: {listed(export.answers)}"
        )
    roles = missing[0] if len(missing) == 1 else f"{', '.join(missing[:-1])} or {missing[-1]}"
    options = " ".join(f"--{role} COLUMN" for role in missing)
    wide = ""
    if {"labeler", "label"} <= set(missing):
        wide = " (where each labeler has a column of labels: --label COLUMN,COLUMN,...)"
    return UnknownColumn(
        f"{name}: no column looks like the {roles}; name {'it' if len(missing) == 1 else 'them'}"
        f" with {options}{wide}; columns: {listed(header)}"
    )


def plain(name: str) -> str:
    """Return the letters and digits of a name, but for what is in brackets.

    Examples
    --------
    >>> plain("Worker_ID"), plain("Cost (USD)")
    ('workerid', 'cost')
    """
    return re.sub(r"[^a-z0-9]+", "", re.sub(r"\(.*?\)|\[.*?\]", "", name).lower())
