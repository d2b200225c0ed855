"""A table as a source of rows that are read again, and the question asked of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from replay.aggregate.question import Question
from replay.models.features import Features
from replay.stats.reward_scale import RewardScale
from replay.tables.checked import read_rows
from replay.tables.values.clusters import GROUPS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from replay.propensities.estimate import EstimatedPropensities
    from replay.tables.columns.roles import Columns
    from replay.tables.formats.piece import Piece
    from replay.tables.repeated_ids import PossibleId
    from replay.tables.rows import Rows
    from replay.tables.survey import Survey
    from replay.targets.target import TargetPolicy


@dataclass(frozen=True, slots=True)
class SurveyedTable:
    """A table whose actions are known, to be read again.

    `grouped` deals rows out in groups; `estimated` has the chances that the table lacks; rewards
    are read as `scale` measures them.
    """

    pieces: tuple[Piece, ...]
    columns: Columns
    actions: tuple[str, ...]
    grouped: bool = False
    tell: Callable[[int], None] | None = None
    estimated: EstimatedPropensities | None = None
    scale: RewardScale = field(default_factory=RewardScale)

    def read(self, piece: Piece) -> Iterator[Rows]:
        for rows in self._measured(self._filled(piece)):
            if self.grouped and rows.group is None and rows.index is not None:
                yield replace(rows, group=rows.index % GROUPS)
            else:
                yield rows
            if self.tell is not None:
                self.tell(len(rows))

    def looking_at(self, possible: tuple[PossibleId, ...]) -> SurveyedTable:
        """Read these columns too, to see whether rows of one value are correlated."""
        names = tuple(id_column.column for id_column in possible)
        return replace(self, columns=replace(self.columns, possible_ids=names))

    def clustered_by(self, name: str) -> SurveyedTable:
        """Take the values of a column as clusters."""
        return replace(self, columns=replace(self.columns, found_cluster=name))

    def as_logged(self, piece: Piece) -> Iterator[Rows]:
        return read_rows(piece, self.columns, self.actions)

    def _filled(self, piece: Piece) -> Iterator[Rows]:
        for rows in self.as_logged(piece):
            if self.estimated is None:
                yield rows
            else:
                yield from self.estimated.fill(rows)

    def to_learn(self, piece: Piece) -> Iterator[Rows]:
        return self._measured(read_rows(piece, self.columns.to_learn(), self.actions))

    def _measured(self, every: Iterator[Rows]) -> Iterator[Rows]:
        for rows in every:
            yield replace(rows, reward=self.scale.measured(rows.reward))


def question_of(
    surveyed: Survey, columns: Columns, targets: Sequence[TargetPolicy], only: tuple[str, ...]
) -> Question:
    """Say what is asked of a surveyed table.

    Raises
    ------
    BadValue
        If a target always does an action that the log never names.
    """
    whole = {name for name, _ in columns.target_pmfs}
    targets = [replace(target, full=target.column in whole) for target in targets]
    for target in targets:
        target.check_action(surveyed.actions)
    scale = RewardScale.of(surveyed.reward_kind, surveyed.ends, surveyed.rewards)
    return Question(
        actions=surveyed.actions,
        kind=scale.kind,
        features=Features.of(surveyed.actions, surveyed.context),
        targets=tuple(targets),
        known=tuple(target.pmf_known for target in targets),
        length=sum(surveyed.pieces.values()),
        clustered=columns.cluster is not None,
        only=only,
        limits=columns.reward.limits,
        centre=scale.centre,
        timed=columns.time is not None and not surveyed.order.earlier,
        scale=scale,
    )
