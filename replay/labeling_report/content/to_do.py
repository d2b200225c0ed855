"""A sentence on what is to be done now, where forecast or a live test ask for something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.counted import counted
from replay.runtime.text import listed, share

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from replay.labeling_report.figures.live_tests import LiveTest
    from replay.labeling_report.figures.out_of_time import OutOfTime
    from replay.labeling_report.figures.outlook import Outlook

SOON_DAYS = 31.0
"""A budget that runs out later can wait for the next report."""
MOST = 3
"""Things that the sentence names; the page has all."""


def to_do(
    outlook: Outlook, tests: Sequence[LiveTest], late: OutOfTime | None = None
) -> tuple[str, ...]:
    """Return the sentence, or nothing where there is nothing to act on."""
    found = [*_budgets(outlook), *_tests(tests), *_pools(outlook), *_deadlines(late)]
    if not found:
        return ()
    more = len(found) - MOST
    rest = f"; {more:,} more in the report" if more > 0 else ""
    return (f"To act on: {'; '.join(found[:MOST])}{rest}.",)


def _budgets(outlook: Outlook) -> Iterator[str]:
    for budget in outlook.budgets:
        of = "the budget" if budget.project is None else f"the budget of {budget.project}"
        if budget.is_used_up:
            yield f"{of} is used up"
        elif budget.days is not None and budget.days <= SOON_DAYS:
            yield f"{of} runs out {budget.when}"


def _tests(tests: Sequence[LiveTest]) -> Iterator[str]:
    """Name the arms of running tests that are to be shipped or stopped."""
    for test in tests:
        for action, verb in (("ship", "ship"), ("stop", "stop")):
            arms = [one.arm for one in test.recommendations if one.action == action]
            if arms and test.runs:
                named = f"the test {test.name}" if test.name else "the live test"
                yield f"{named} says to {verb} {listed(arms)}"


def _pools(outlook: Outlook) -> Iterator[str]:
    for pool in outlook.pools:
        if pool.short_hours:
            yield (
                f"the pool {pool.pool} is too small in {pool.short_hours:,} of the next"
                f" {counted(outlook.staffed_hours, 'hour')}"
            )


def _deadlines(late: OutOfTime | None) -> Iterator[str]:
    if late is not None:
        yield (
            f"{share(late.share)} of the tasks ended at their deadline, {share(late.confidence)}"
            f" sure on average (the others {share(late.others)}): let pools take several asks of"
            " a task at once (asks_per_task)"
        )
