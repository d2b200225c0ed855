"""Report of a recorded market: accuracy against a truth that the engine never saw."""

from __future__ import annotations

from collections import Counter
from math import fsum
from typing import TYPE_CHECKING

import msgspec
from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from bandit.counted import counted
from replay.baselines.majority import expected_accuracy, majority_vote
from replay.market.calibration import calibration, judged, print_quality
from replay.recorded.replayed import EXPERTS, Choose
from replay.runtime.text import add_row, say, share

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from bandit.events import Label
    from replay.market.outcome import Outcome
    from replay.recorded.crowd import Crowd
    from replay.recorded.replayed import ReplayTerms


class PoolFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What was bought of one pool; `right` is among labels of tasks with truth."""

    labels: int
    labels_available: int
    usd: float
    right: float | None


class RecordedReport(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of one replay; money in US dollars, shares in [0, 1], `None` where unknown.

    `majority_accuracy` is the vote of **all** recorded labels, its expected value over random
    ties. `ece`, `brier` and `surest_half_accuracy` are of the answers to tasks with truth;
    `ece_noise_floor` is the `ece` that perfect confidences of that number would show. `choose` says
    what was chosen: labelers, pools, or neither; `asks_preferring` counts the asks that named
    labelers to prefer.
    """

    name: str
    choose: Choose
    asks_preferring: int
    tasks: int
    tasks_with_truth: int
    labels: int
    labels_available: int
    labels_per_task: float
    usd: float
    usd_available: float
    accuracy: float | None
    majority_accuracy: float | None
    ece: float | None
    ece_noise_floor: float | None
    brier: float | None
    surest_half_accuracy: float | None
    mean_confidence: float | None
    audits: int
    audit_usd: float
    declines: int
    unanswered: int
    pools: dict[str, PoolFigures]
    notes: tuple[str, ...]


def recorded_report(crowd: Crowd, outcome: Outcome, terms: ReplayTerms) -> RecordedReport:
    """Compare what the engine answered and bought with the truth and with all that was there."""
    usd = {(row.task, row.labeler): row.usd or 0.0 for row in crowd.labels}
    experts = None if terms.expert_usd is None else EXPERTS
    bought = [label for label in outcome.labels if label.pool != experts]
    audits = len(outcome.labels) - len(bought)
    answers = {task: verdict.answer for task, verdict in outcome.answered.items()}
    confidence, right = judged(outcome, crowd.truth)
    tasks = len({row.task for row in crowd.labels})
    truth = {task: answer for task, answer in crowd.truth.items() if task in outcome.tasks}
    return RecordedReport(
        name=crowd.name,
        choose=terms.choose,
        asks_preferring=outcome.asks_preferring,
        tasks=tasks,
        tasks_with_truth=len(truth),
        labels=len(bought),
        labels_available=len(crowd.labels),
        labels_per_task=len(bought) / tasks,
        usd=fsum(usd[label.task, label.labeler] for label in bought),
        usd_available=fsum(usd.values()),
        accuracy=_accuracy(answers, truth),
        majority_accuracy=expected_accuracy(majority_vote(crowd.triples()), truth),
        **calibration(confidence, right),
        mean_confidence=sum(confidence) / len(confidence) if confidence else None,
        audits=audits,
        audit_usd=audits * (terms.expert_usd or 0.0),
        declines=outcome.declines,
        unanswered=tasks - sum(answer is not None for answer in answers.values()),
        pools=_pools(crowd, bought, usd),
        notes=crowd.notes,
    )


def print_recorded(report: RecordedReport, console: Console) -> None:
    """Print a replay in one screen."""
    table = Table(title=Text(f"Recorded market: {report.name}"), title_justify="left", box=SIMPLE)
    for column in ("pool", "labels bought", "available", "cost, $", "right"):
        table.add_column(column, justify="left" if column == "pool" else "right")
    for name, pool in report.pools.items():
        labels, there = f"{pool.labels:,}", f"{pool.labels_available:,}"
        add_row(table, name, labels, there, f"{pool.usd:,.2f}", share(pool.right))
    labels, there = f"{report.labels:,}", f"{report.labels_available:,}"
    add_row(table, "all", labels, there, f"{report.usd:,.2f}", "", style="bold")
    console.print(table)
    say(
        console,
        f"{counted(report.tasks, 'task')}, {report.labels_per_task:.2f} labels per task: "
        f"{share(report.labels / report.labels_available)} of the recorded labels.",
    )
    if report.tasks_with_truth:
        say(
            console,
            f"Accuracy on {counted(report.tasks_with_truth, 'task')} with a true answer: "
            f"{share(report.accuracy)}; majority of all recorded labels: "
            f"{share(report.majority_accuracy)}.",
        )
    else:
        say(console, "No true answers are recorded, so accuracy is unknown.")
    if report.unanswered:
        say(console, f"{counted(report.unanswered, 'task')} without an answer.")
    print_quality(report, console)
    if report.choose == "labeler":
        asks = counted(report.asks_preferring, "ask")
        say(console, f"Note: {asks} named labelers to prefer.", "dim")
    for note in report.notes:
        say(console, f"Note: {note}.", "dim")


def _accuracy(answers: Mapping[str, str | None], truth: Mapping[str, str]) -> float | None:
    if not truth:
        return None
    return sum(answers.get(task) == answer for task, answer in truth.items()) / len(truth)


def _pools(
    crowd: Crowd, bought: list[Label], usd: Mapping[tuple[str, str], float]
) -> dict[str, PoolFigures]:
    available = Counter(row.pool or "" for row in crowd.labels)
    figures = {}
    for pool, there in sorted(available.items()):
        labels = [label for label in bought if label.pool == pool]
        judged = [
            label.answer == crowd.truth[label.task] for label in labels if label.task in crowd.truth
        ]
        figures[pool] = PoolFigures(
            labels=len(labels),
            labels_available=there,
            usd=fsum(usd[label.task, label.labeler] for label in labels),
            right=sum(judged) / len(judged) if judged else None,
        )
    return figures
