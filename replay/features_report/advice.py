"""What to do about the features of a log, in sentences, the most important first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from replay.features_report.figures import LITTLE, TRIFLE
from replay.runtime.text import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from replay.features_report.figures import FeatureFigures, ProjectFeatures

MISSING_GREW = 0.05
"""Growth of the share of tasks without a feature that is a change of its own."""


NAMED = 8
"""Useless features of one reason that are named in a line; figures of all are in --json."""


def advice_of(projects: Sequence[ProjectFeatures]) -> tuple[str, ...]:
    """Return what to do: features that changed by how much they matter, then useless ones."""
    several = len(projects) > 1
    changed, useless, none = [], [], []
    for one in projects:
        where = f"Project {one.project}: " if several else ""
        changed += [
            (-_worth(feature), where + _changed(feature))
            for feature in one.features
            if feature.drift is not None and feature.drift.changed
        ]
        useless += [where + line for line in _useless(one.features)]
        if not _tells(one):
            none.append(where + _nothing(one))
    changed.sort(key=lambda pair: pair[0])
    return (*(line for _, line in changed), *useless, *none)


def moment(at: float) -> str:
    """Write a time, to the minute, in UTC.

    Examples
    --------
    >>> moment(1.75e9)
    '2025-06-15 15:06'
    """
    try:
        return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError, OSError):  # a clock that was never right
        return f"{at:.0f} s"


def _worth(feature: FeatureFigures) -> float:
    amounts = (feature.quality, feature.confidence)
    return max((one.alone.value for one in amounts if one is not None), default=0.0)


def _changed(feature: FeatureFigures) -> str:
    drift = feature.drift
    assert drift is not None
    assert feature.since is not None
    before, after = feature.missing_before or 0.0, feature.missing_after or 0.0
    when = f"about {moment(feature.since)}"
    if after - before >= MISSING_GREW:
        what = f"`{feature.name}` is missing in {100 * after:.0f} % of the tasks since {when}"
        what += f", {100 * before:.0f} % before"
        todo = "Send it again"
    else:
        what = f"`{feature.name}` changed {when} (PSI {drift.psi:.2f})"
        if feature.kind != "vector":
            what += f": {feature.before} before, {feature.after} since"
        todo = "Ask who sends it what changed"
    if feature.is_useless or (feature.quality is None and feature.confidence is None):
        return f"{what}. {todo}; nothing that was measured depends on it."
    return f"{what}. {todo}: a feature of another meaning should get another name."


def _useless(features: Sequence[FeatureFigures]) -> Iterator[str]:
    """Yield a line for each reason, however many features it is the reason of."""
    problems = {one.problem: None for one in features if one.problem is not None}
    for problem in problems:
        names = [one.name for one in features if one.problem == problem]
        if len(names) == 1:
            yield f"{_named(names)} teaches nothing: {problem}. Stop sending it."
        else:
            each = problem.replace("it is", "each is", 1)
            yield f"{_named(names)} teach nothing: {each}. Stop sending them."
    names = [one.name for one in features if one.problem is None and one.is_useless]
    if names:
        tell, they = ("tells", "It") if len(names) == 1 else ("tell", "They")
        yield (
            f"{_named(names)} {tell} next to nothing about answers or labels, alone or beside the"
            f" others: less than {100 * TRIFLE:.0f} % of what all tell, or {100 * LITTLE:.1f} % of"
            f" the error. {they} can go."
        )


def _named(names: Sequence[str]) -> str:
    shown = [f"`{name}`" for name in names[:NAMED]]
    if len(names) > NAMED:
        shown.append(f"{len(names) - NAMED} more")
    return listed(shown)


def _tells(project: ProjectFeatures) -> bool:
    """Whether the features are known to tell something, or can't be judged."""
    if all(one.problem or one.is_useless for one in project.features if one.group == "task"):
        return True  # each is named already
    return project.confidence is None or project.confidence.tells


def _nothing(project: ProjectFeatures) -> str:
    assert project.confidence is not None
    told, error = project.confidence.told, project.confidence.error
    most = f"at most {100 * max(told.high, 0.0) / error:.1f} % of the error"
    return (
        f"The features tell nothing measurable about the answers ({most}): send some that do, such "
        "as an embedding or your own model's prediction."
    )
