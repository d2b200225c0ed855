"""Doubts about a table of labels: what was probably not meant as it is written.

Nothing is changed: which spelling was meant is for those to say who know the labels. But figures of
"yes" and "Yes" as two classes look like any others, so the notes of the result say it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bandit.counted import counted
from bandit.errors import BadValue
from replay.recorded.same_answers import in_words, same_answers
from replay.recorded.spelling import spellings_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from replay.recorded.crowd import Crowd

MISSING = frozenset({"na", "n/a", "#n/a", "nan", "null", "\\n", "?", "-", "."})
"""How programs write a cell that is missing; "none" isn't here, which may well be an answer."""
SHOWN = 5


def doubts(crowd: Crowd) -> tuple[str, ...]:
    """Return a note for each thing in a crowd's labels that is probably a slip.

    Examples
    --------
    >>> from replay.recorded.crowd import Crowd, CrowdLabel
    >>> doubts(Crowd("made", (CrowdLabel("t", "a", "Yes"), CrowdLabel("t", "b", "yes"))))
    ("classes that differ only in letter case or spaces are different classes here: 'Yes', 'yes'",)
    """
    notes = [
        f"classes that differ only in letter case or spaces are different classes here: {_list(of)}"
        for of in spellings_of(row.label for row in crowd.labels)
    ]
    cells = (
        ("label", "an answer", Counter(row.label for row in crowd.labels)),
        ("labeler", "a person", Counter(row.labeler for row in crowd.labels)),
    )
    for role, taken, count in cells:
        notes += [
            f"the {role} {name!r} ({counted(count[name], 'row')}) is taken for {taken}: leave such"
            " rows out if it means a missing one"
            for name in sorted(count)
            if name.lower() in MISSING
        ]
    strange = _strange_truths(crowd)
    if strange:
        notes.append(
            f"no label is {_list(strange)}, the true answer of {counted(strange.total(), 'task')}:"
            " no answer there can be right"
        )
    return (*notes, *in_words(same_answers(crowd.triples(), crowd.truth)))


def check_truth(crowd: Crowd, where: object) -> None:
    """Check that true answers are about these tasks, and written as the labels are.

    Raises
    ------
    BadValue
        If no labeled task has a true answer, or none of those is the class of any label.
    """
    if not crowd.truth:
        return
    labeled = {row.task for row in crowd.labels}
    known = sum(task in labeled for task in crowd.truth)
    if not known:
        raise BadValue(f"{where}: no labeled task has a true answer; are the task ids the same?")
    strange = _strange_truths(crowd)
    if strange.total() == known:
        raise BadValue(
            f"{where}: no true answer is the class of a label: answers are {_list(strange)}, labels"
            f" {_list({row.label for row in crowd.labels})}; write both alike"
        )


def _strange_truths(crowd: Crowd) -> Counter[str]:
    """Count the true answers of labeled tasks that are no label's class."""
    labeled = {row.task for row in crowd.labels}
    named = {row.label for row in crowd.labels}
    return Counter(
        answer for task, answer in crowd.truth.items() if task in labeled and answer not in named
    )


def _list(names: Iterable[str]) -> str:
    """Write names in order, the first few of many."""
    ordered = sorted(names)
    more = f" and {len(ordered) - SHOWN:,} more" if len(ordered) > SHOWN else ""
    return ", ".join(map(repr, ordered[:SHOWN])) + more
