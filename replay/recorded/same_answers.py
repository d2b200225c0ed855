"""Two labelers who always give the same answer: one may copy, or both have the same model.

Where nobody else labels their tasks and no truth is known, such a pair confirms itself: every
answer has two labels that agree, and looks right. Copying can't be told from being right then, so
this is no evidence against anybody (that of copied errors is). It is a reason to check a few of
the tasks: two who are right in `RIGHT` of their answers each would have differed by now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

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
        Task, labeler and answer of each label; of a labeler one for each task.
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
    table = pd.DataFrame(labels, columns=["task", "labeler", "answer"])
    table = table[table["labeler"].map(table["labeler"].value_counts()) >= TASKS]
    table = table.sort_values(["task", "labeler"], kind="stable", ignore_index=True)
    names = table["labeler"].astype("category").cat
    who = np.asarray(names.codes, np.int64)
    task, answer = (pd.factorize(table[name])[0].astype(np.int64) for name in ("task", "answer"))
    found = []
    for pair, rows in _common(task, who, answer, len(names.categories)):
        one, other = (str(names.categories[number]) for number in pair)
        shared = table.loc[rows, ["task", "answer"]].itertuples(index=False)
        known = [(said, truth[name]) for name, said in shared if truth and name in truth]
        wrong = sum(said != true for said, true in known)
        if wrong or not known:
            found.append(SameAnswers(one, other, len(rows), wrong))
    return sorted(found, key=lambda pair: (-pair.tasks, pair))


def _common(task: Ints, who: Ints, answer: Ints, labelers: int) -> Iterator[tuple[Ints, Ints]]:
    """Yield the pairs who always agree, and the first one's rows of their common tasks.

    Rows are those of a task together, in the order of labelers.
    """
    rows = [np.zeros(0, np.int64)]
    others = [np.zeros(0, np.int64)]
    for apart in range(1, len(task)):
        first = np.flatnonzero(task[apart:] == task[:-apart])
        if not len(first):
            break
        rows.append(first)
        others.append(first + apart)
    first, second = np.concatenate(rows), np.concatenate(others)
    pairs, of = np.unique(who[first] * labelers + who[second], return_inverse=True)
    differ = np.bincount(of, answer[first] != answer[second], len(pairs))
    always = (differ == 0) & (np.bincount(of, minlength=len(pairs)) >= TASKS)
    for number in np.flatnonzero(always):
        common = first[of == number]
        if len(np.unique(answer[common])) > 1:
            yield np.array(divmod(pairs[number], labelers)), common


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
