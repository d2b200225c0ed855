"""What the columns of well-known exports mean, where their names alone don't say it.

Amazon Mechanical Turk's batch results, Appen's (CrowdFlower's) full report, Toloka's assignments,
Label Studio's CSV and JSON-MIN, Prodigy's JSON lines.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bandit.errors import BadValue
from replay.recorded.exports.cells import cell
from replay.recorded.exports.nested import GROUND_TRUTH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Export:
    """The columns of an export by role, and which of its rows are no labels.

    Attributes
    ----------
    tool
        What it comes from, for messages.
    roles
        Columns by role; the label only where it is the one that can be meant.
    answers
        All columns that may be the label.
    status, unused
        A column, and its values, in small letters, that say that a row doesn't count.
    question, options
        The question whose options have a column each, with true where one was chosen; these
        columns, each with its option.
    dates
        `mdy` where it writes the month first.
    """

    tool: str
    roles: Mapping[str, str]
    answers: tuple[str, ...]
    status: str | None = None
    unused: frozenset[str] = field(default_factory=frozenset)
    question: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    dates: str | None = None

    def chosen(self, cells: Mapping[str, str]) -> str:
        """Return the option that a row chose; several together are one class.

        Raises
        ------
        BadValue
            If a column of an option has something else than true or false.

        Examples
        --------
        >>> export = export_of([*MARKS, "Answer.kind.cat", "Answer.kind.dog"])
        >>> export.chosen({"Answer.kind.cat": "false", "Answer.kind.dog": "TRUE"})
        'dog'
        """
        chosen = []
        for name, option in self.options.items():
            said = cells[name].strip().lower()
            if said not in {YES, NO, ""}:
                raise BadValue(
                    f"column {name!r}: {cells[name]!r}, where true or false was expected of an"
                    f" option of {self.question!r}; choose the label with --label COLUMN"
                )
            if said == YES:
                chosen.append(option)
        return cell(chosen)


def export_of(header: Sequence[str]) -> Export | None:
    """Tell an export by its columns; `None` for any other table.

    Examples
    --------
    >>> export = export_of(["HITId", "Title", "WorkerId", "AssignmentStatus", "Answer.kind.label"])
    >>> export and export.roles
    {'task': 'HITId', 'labeler': 'WorkerId', 'label': 'Answer.kind.label'}
    >>> export_of(["task", "labeler", "label"])
    """
    for marks, read in EXPORTS:
        if marks <= set(header):
            return read(header)
    return None


def _export(tool: str, header: Sequence[str], answers: Sequence[str], **roles: str) -> Export:
    known = {role: column for role, column in roles.items() if column in header}
    if len(answers) == 1:
        known["label"] = answers[0]
    return Export(tool, known, tuple(answers))


def _turk(header: Sequence[str]) -> Export:
    answers = [column for column in header if column.startswith("Answer.")]
    roles = {"task": "HITId", "labeler": "WorkerId", "at": "SubmitTime", "price": "Reward"}
    found = _export("Mechanical Turk", header, answers, **roles)
    questions = {column.rpartition(".")[0] for column in answers}
    question = questions.pop() if len(answers) > 1 == len(questions) else TURK_ANSWER
    options = {column: column.removeprefix(f"{question}.") for column in answers}
    return replace(
        found,
        status=TURK_STATUS,
        unused=frozenset({"rejected"}),
        question=None if question == TURK_ANSWER else question,
        options={} if question == TURK_ANSWER else options,
    )


def _appen(header: Sequence[str]) -> Export:
    answers = [column for column in header if f"{column}_gold" in header]
    truth = f"{answers[0]}_gold" if len(answers) == 1 else ""
    roles = {"task": "_unit_id", "labeler": "_worker_id", "at": "_created_at", "truth": truth}
    return replace(_export("Appen", header, answers, **roles), dates="mdy")


def _toloka(header: Sequence[str]) -> Export:
    answers = [column for column in header if column.startswith("OUTPUT:")]
    inputs = [column for column in header if column.startswith("INPUT:")]
    by_input = inputs[0] if len(inputs) == 1 else ""
    task = "ASSIGNMENT:task_id" if "ASSIGNMENT:task_id" in header else by_input
    truth = answers[0].replace("OUTPUT:", "GOLDEN:") if len(answers) == 1 else ""
    roles = {"task": task, "labeler": TOLOKA_WORKER, "at": "ASSIGNMENT:submitted", "truth": truth}
    found = _export("Toloka", header, answers, **roles)
    status = TOLOKA_STATUS if TOLOKA_STATUS in header else None
    return replace(found, status=status, unused=frozenset({"rejected"}))


def _label_studio(header: Sequence[str]) -> Export:
    first, last = header.index("id"), header.index("annotator")
    answers = header[first + 1 : last]
    truth = f"{answers[0]}{GROUND_TRUTH}" if len(answers) == 1 else ""
    roles = {"task": "id", "labeler": "annotator", "at": "created_at", "truth": truth}
    return _export("Label Studio", header, answers, **roles)


def _prodigy(header: Sequence[str]) -> Export:
    chosen = "accept" in header
    who = "_annotator_id" if "_annotator_id" in header else "_session_id"
    task = "_input_hash" if chosen or "_task_hash" not in header else "_task_hash"
    answers = ["accept" if chosen else "answer"]
    found = _export("Prodigy", header, answers, task=task, labeler=who, at="_timestamp")
    unused = frozenset({"ignore", "reject"} if chosen else {"ignore"})
    return replace(found, status="answer", unused=unused)


YES, NO, TURK_ANSWER = "true", "false", "Answer"
MARKS = ("HITId", "WorkerId", "AssignmentStatus")
TURK_STATUS, TOLOKA_STATUS = "AssignmentStatus", "ASSIGNMENT:status"
TOLOKA_WORKER = "ASSIGNMENT:worker_id"

EXPORTS = (
    (frozenset(MARKS), _turk),
    (frozenset({TOLOKA_WORKER}), _toloka),
    (frozenset({"_unit_id", "_worker_id", "_created_at"}), _appen),
    (frozenset({"id", "annotator", "annotation_id", "lead_time"}), _label_studio),
    (frozenset({"_input_hash", "answer"}), _prodigy),
)
"""By the columns that tell it, what reads the rest of a header."""
