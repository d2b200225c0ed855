"""Targets that are comparable with each other: fixed policies, and policies that learn."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from replay.report.wording.sentence import accuracy_known, evaluations, lived
from replay.results.evaluation import Comparison

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.results.evaluation import Difference, Evaluation


class Family(NamedTuple):
    """Evaluations whose values are of one kind, and how they differ.

    `lived` says which rows the values of those that learn are over.
    """

    learns: bool
    evaluations: tuple[Evaluation, ...]
    differences: tuple[Difference, ...]
    lived: str = ""

    @property
    def head(self) -> str:
        """What its members are called in a table."""
        return "target that learns" if self.learns else "target"


def families(answer: Evaluation | Comparison) -> list[Family]:
    """Split an answer; a family without anybody is left out.

    So are differences in dollars that rest on accuracy which isn't known (`task_log/headline.py`).
    """
    every = evaluations(answer)
    differences = answer.differences if isinstance(answer, Comparison) else ()
    split = []
    for learns in (False, True):
        some = tuple(member for member in every if (member.learning is not None) == learns)
        names = {member.target for member in some}
        if some:
            unknown = {
                member.target for member in some if not (member.refused or accuracy_known(member))
            }
            own = tuple(
                member
                for member in differences
                if member.target in names and not {member.target, member.than} & unknown
            )
            split.append(Family(learns, some, own, _lived(some)))
    return split


def _lived(some: Sequence[Evaluation]) -> str:
    span = lived(some[0])
    return f"Mean reward of each {span}; each starts untrained." if span else ""
