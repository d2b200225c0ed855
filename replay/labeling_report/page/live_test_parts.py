"""Live tests on the page: what to do, the arms' differences, and the command that shows more."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from replay.experiment.arms.metrics import METRICS, change, level_of
from replay.labeling_report.page.numbers import UNKNOWN, count, shown, whole_share
from replay.runtime.text import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.experiment.reading.results import ArmDifference
    from replay.labeling_report.figures.live_tests import LiveTest

ORDER = ("net_usd", "accuracy", "agreement", "usd", "delay_s")
"""Metrics as they are shown: what decides first; agreement stands in where accuracy is unknown."""
ACTIONS = {"ship": "Ship", "stop": "Stop", "continue": "Continue the test of"}


class DifferenceRow(NamedTuple):
    """A metric of an arm beside the control's; `verdict` is a word for the interval."""

    metric: str
    control: Markup
    mean: Markup
    difference: Markup
    verdict: str
    kind: str


class ArmParts(NamedTuple):
    """An arm: what to do, its colour, the reason, and its differences from the control."""

    arm: str
    action: str
    kind: str
    reason: str
    rows: list[DifferenceRow]


class TestParts(NamedTuple):
    """A test: sentences, its arms beside the control, and the command that shows more."""

    title: str
    lines: list[Markup]
    control: str
    arms: list[ArmParts]
    command: str


def live_test_parts(tests: Sequence[LiveTest]) -> list[TestParts]:
    """Write each test."""
    return [_parts(test) for test in tests]


def _parts(test: LiveTest) -> TestParts:
    title = f"Test {test.name}" if test.name else "Live test"
    if test.refused is not None:
        line = Markup("The test can't be read without more options: {}.").format(test.refused)
        return TestParts(title, [line], "", [], test.command)
    arms = [
        Markup("{} ({} tasks, {} with gold)").format(
            arm.arm, shown(arm, "tasks", count), shown(arm, "gold", count)
        )
        for arm in test.arms
    ]
    state = "" if test.runs else " It has had no new tasks for a week."
    lines = [
        Markup("{} finished tasks, {}, assigned by {}: {}.{}").format(
            shown(test, "tasks", count),
            test.when,
            test.unit,
            Markup(" and ").join([Markup(", ").join(arms[:-1]), arms[-1]]),
            state,
        )
    ]
    unknown = [METRICS[name].words for name in ("accuracy", "net_usd") if not _has(test, name)]
    if unknown:
        words = listed(unknown)
        lines.append(
            Markup("{} can't be compared: too few audits have gold.").format(
                f"{words[0].upper()}{words[1:]}"
            )
        )
    lines.append(
        Markup("Intervals are {} ones and hold however often one looks.").format(
            shown(test, "level", whole_share)
        )
    )
    advised = [
        ArmParts(
            one.arm,
            f"{ACTIONS[one.action]} {one.arm}",
            one.action,
            one.reason,
            _rows(test, one.arm),
        )
        for one in test.recommendations
    ]
    return TestParts(title, lines, test.control, advised, test.command)


def _rows(test: LiveTest, arm: str) -> list[DifferenceRow]:
    found = {row.metric: row for row in test.differences if row.arm == arm}
    names = [name for name in ORDER if name != "agreement" or "accuracy" not in found]
    return [_row(found[name]) for name in names if name in found]


def _has(test: LiveTest, metric: str) -> bool:
    return any(row.metric == metric for row in test.differences)


def _row(row: ArmDifference) -> DifferenceRow:
    metric, amount = METRICS[row.metric], row.difference
    if amount is None:
        return DifferenceRow(metric.words, UNKNOWN, UNKNOWN, UNKNOWN, "unknown", "soft")
    level, differs = partial(level_of, row.metric), partial(change, row.metric)
    verdict, kind = "may be chance", "soft"
    if not amount.low <= 0.0 <= amount.high:
        better = (amount.value > 0.0) == (metric.better > 0)
        verdict, kind = ("better", "good") if better else ("worse", "broken")
    return DifferenceRow(
        metric.words,
        shown(row, "control_mean", level),
        shown(row, "arm_mean", level),
        Markup("{} ({} to {})").format(
            *(shown(row, f"difference.{part}", differs) for part in ("value", "low", "high"))
        ),
        verdict,
        kind,
    )
