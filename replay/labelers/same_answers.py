"""Two labelers who always give the same answer: one may copy, or both have the same model.

Where nobody else labels their tasks and no truth is known, such a pair confirms itself: every
answer has two labels that agree, and looks right. Copying can't be told from being right then, so
this is no evidence against anybody (`replay.labelers.copying` is). It is a reason to check a few of
the tasks: two who are right in `RIGHT` of their answers each would have differed by now.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

RIGHT = 0.98
TASKS = 115
"""Common tasks from which two who are right in `RIGHT` would all the same agree on each with a
chance below .01: of two classes, (.98^2 + .02^2)^115."""
SHOWN = 3


class SameAnswers(NamedTuple):
    """Two labelers, the tasks both labeled, and those on which a true answer shows both wrong."""

    first: str
    second: str
    tasks: int
    wrong: int = 0


def same_answers(
    labels: Iterable[tuple[str, str, str]], truth: Mapping[str, str] | None = None
) -> list[SameAnswers]:
    """Return the pairs that agree on all of `TASKS` tasks or more, those with most tasks first.

    Parameters
    ----------
    labels
        Task, labeler and answer of each label.
    truth
        True answers by task. A pair that these show to be right every time is left out; so is one
        whose answers are all one class.

    Examples
    --------
    >>> said = [(f"t{i}", who, "yes" if i % 3 else "no") for i in range(200) for who in ("a", "b")]
    >>> same_answers(said)
    [SameAnswers(first='a', second='b', tasks=200, wrong=0)]
    >>> same_answers([*said, ("t200", "a", "no"), ("t200", "b", "yes")])
    []
    """
    rows = list(labels)
    count = Counter(labeler for _, labeler, _ in rows)
    by_task: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for task, labeler, answer in rows:
        if count[labeler] >= TASKS:
            by_task[task].append((labeler, answer))
    differ: set[tuple[str, str]] = set()
    common: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for task, said in by_task.items():
        for (one, answer), (other, theirs) in combinations(sorted(said), 2):
            pair = one, other
            if answer != theirs:
                differ.add(pair)
                common.pop(pair, None)
            elif pair not in differ:
                common[pair].append((task, answer))
    found = []
    for (one, other), shared in common.items():
        if len(shared) < TASKS or len({answer for _, answer in shared}) == 1:
            continue
        known = [(answer, truth[task]) for task, answer in shared if truth and task in truth]
        wrong = sum(answer != true for answer, true in known)
        if wrong or not known:
            found.append(SameAnswers(one, other, len(shared), wrong))
    return sorted(found, key=lambda pair: (-pair.tasks, pair))


def in_words(pairs: list[SameAnswers]) -> list[str]:
    """Say of the first few pairs what they are, and what to do.

    Examples
    --------
    >>> in_words([SameAnswers("a", "b", 214, wrong=2)])[0][:66]
    "'a' and 'b' gave the same answer on all of the 214 tasks that both"
    """
    said = [
        f"{pair.first!r} and {pair.second!r} gave the same answer on all of the"
        f" {pair.tasks:,} tasks that both labeled{_both_wrong(pair)}: two who are right in"
        f" {100 * RIGHT:.0f} % of their answers would have differed. If one copies, or both use the"
        " same model, the second label adds nothing: compare some of these tasks with true answers,"
        " or with labels of others"
        for pair in pairs[:SHOWN]
    ]
    more = len(pairs) - SHOWN
    return [*said, f"so did {more:,} more pairs of labelers"] if more > 0 else said


def _both_wrong(pair: SameAnswers) -> str:
    return f", also on {pair.wrong:,} where both are wrong" if pair.wrong else ""
