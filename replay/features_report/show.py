"""The report on features on a screen: what to do, then a table of each project's features."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.box import SIMPLE
from rich.table import Table

from bandit.counted import counted
from replay.features_report.advice import moment
from replay.runtime.text import add_row, say, share

if TYPE_CHECKING:
    from rich.console import Console

    from replay.features_report.figures import FeatureFigures, FeaturesReport, ProjectFeatures
    from replay.features_report.importance import Importance, ModelFigures

SHOWN = 20
"""Features in a table; --json has all."""
LONGEST = 24
"""Characters of a name in a table."""
OWN = "poolwise."
ADVISED = 10
LABEL_HEADS = ("known in", "value", "labels lose", "alone")
TASK_HEADS = (
    "known\nin", "value", "change\n(PSI)", "answers\nlose", "alone", "labels\nlose", "alone",
)  # fmt: skip
OF_TASKS = ("task", "prediction")
MORE = re.compile(r" \(|, ")
"""Where what --json says of the values goes on."""
GROUPS = {
    "task": "tasks",
    "prediction": "your own models' predictions",
    "progress": "the task when it was asked about",
    "pool": "the pool's record and price",
    "labeler": "the labeler's record",
}


def print_features(report: FeaturesReport, console: Console) -> None:
    """Print what to do, and the figures behind it."""
    if report.advice:
        say(console, f"{counted(len(report.advice), 'thing')} to do:", "bold")
        for number, line in enumerate(report.advice[:ADVISED], start=1):
            say(console, f"{number}. {line}")
        if len(report.advice) > ADVISED:
            say(console, f"{len(report.advice) - ADVISED} more with --json.", "dim")
    else:
        say(console, "Nothing to do: no feature changed, and none is known to be useless.", "bold")
    for project in report.projects:
        _print_project(project, console)
    say(
        console,
        "\nKnown in: share of the tasks, or of the labels. Value: the median, or the most "
        "frequent. Change: population stability index; * is a change beyond chance, and the "
        "chance of any false * in a project is about 1 %. Lose: what a model of the answers, and "
        "one of whether labels are right, lose without the feature, in % of what all features "
        "tell, out of sample; alone: what it tells alone. The 95 % intervals of a model hold "
        "together. Records change while the engine learns, so their change isn't tested.",
        "dim",
    )
    for note in report.notes:
        say(console, f"Note: {note}.", "dim")


def _print_project(project: ProjectFeatures, console: Console) -> None:
    say(
        console,
        f"\nProject {project.project}: {counted(project.tasks, 'task')}, "
        f"{counted(project.labels, 'label')}, {moment(project.begin)} to {moment(project.end)} UTC",
        "bold",
    )
    say(console, _told("the answers", project.confidence))
    say(console, _told("whether labels are right", project.quality))
    for group, title in GROUPS.items():
        of = [feature for feature in project.features if feature.group == group]
        if not of:
            continue
        is_of_task = group in OF_TASKS
        heads = TASK_HEADS if is_of_task else LABEL_HEADS
        table = Table(
            title=f"\nOf {title}", title_justify="left", box=SIMPLE, show_edge=False,
            collapse_padding=True,
        )  # fmt: skip
        table.add_column("feature", overflow="fold", max_width=LONGEST)
        for name in heads:
            table.add_column(name, justify="right", no_wrap=True)
        for feature in sorted(of, key=_worth)[:SHOWN]:
            cells = [f"{100 * feature.coverage:.0f} %", MORE.split(feature.values)[0]]
            if is_of_task:
                cells += [_change(feature), *_shares(feature.confidence)]
            cells += _shares(feature.quality)
            style = "bold" if feature.is_useless else ""
            add_row(table, feature.name.removeprefix(OWN), *cells, style=style)
        console.print(table)
        if len(of) > SHOWN:
            say(console, f"{len(of) - SHOWN} more with --json.", "dim")
    if project.left_out:
        say(console, f"{project.left_out} rarer features were not looked at.", "dim")


def _told(what: str, model: ModelFigures | None) -> str:
    if model is None:
        return f"Too few labels to say what features tell about {what}."
    low, high = (share(max(part, 0.0) / model.error) for part in (model.told.low, model.told.high))
    if not model.tells:
        nothing = f"All features together tell nothing measurable about {what}"
        return f"{nothing}: the error of its model falls by at most {high}."
    told = share(model.told.value / model.error)
    reduce = f"All features together reduce the error of a model of {what}"
    return f"{reduce} by {told} ({low} to {high})."


def _worth(feature: FeatureFigures) -> float:
    """Sort key: the most important first, those of unknown importance last."""
    amounts = (feature.quality, feature.confidence)
    return -max((one.alone.value for one in amounts if one is not None), default=-9.0)


def _change(feature: FeatureFigures) -> str:
    drift = feature.drift
    if drift is None or drift.psi is None:
        return "–"
    return f"{drift.psi:.2f}{'*' if drift.changed else ''}"


def _shares(importance: Importance | None) -> tuple[str, str]:
    """Write what is lost, with its interval, and what is told alone: in % of what all tell.

    Examples
    --------
    >>> from replay.features_report.importance import Importance
    >>> from replay.numerics.amount import Amount
    >>> _shares(Importance(lost=Amount(0.101, 0.06, 0.14), alone=Amount(0.2, 0.1, 0.3)))
    ('10 (6 to 14)', '20')
    """
    if importance is None:
        return "–", "–"
    lost = importance.lost
    value, low, high = (round(100 * part) + 0 for part in (lost.value, lost.low, lost.high))
    return f"{value} ({low} to {high})", f"{round(100 * importance.alone.value) + 0}"
