"""What a tuning on a log says first: who is best, or that nobody is shown to be."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from replay.numerics.amount import Amount
from replay.tune.candidates import grid
from replay.tune.charts import earnings_chart
from replay.tune.page import page
from replay.tune.report import certainty, is_undecided, lead, print_report, use
from replay.tune.tune import tune
from tests.replay.learning.table import as_table

if TYPE_CHECKING:
    from replay.tune.result import Tuning


def tuned(*rates: float) -> Tuning:
    return tune(as_table(), context=["type"], candidates=grid(["epsilon_greedy"], rates), replays=4)


def test_where_most_may_earn_as_much_that_is_said_before_a_name() -> None:
    """Rates that are nearly the same can't be told apart by any log of this length."""
    tuning = tuned(0.1, 0.101, 0.102)
    assert is_undecided(tuning)
    said = lead(tuning)
    assert said.startswith(
        "No candidate is shown to be best: 2 of the 2 other candidates may earn as much as the"
        " highest estimate. Highest estimate: "
    )
    assert certainty(tuning).startswith("Not separable from it: ")
    assert "No candidate is shown to be best" in page(tuning, "log")
    assert earnings_chart(tuning).title == "No candidate is shown to be best"


def test_one_rival_of_one_is_said_in_the_singular() -> None:
    assert lead(tuned(0.1, 0.101)).startswith(
        "No candidate is shown to be best: the other one may earn as much. Highest estimate: "
    )


def test_a_clear_best_is_named_at_once() -> None:
    tuning = tuned(0.1, 0.9)
    assert not is_undecided(tuning)
    assert lead(tuning).startswith("Highest estimate: epsilon_greedy 0.1")
    assert earnings_chart(tuning).title.endswith("has the highest estimate")


@pytest.mark.parametrize(
    ("over_today", "said"),
    [
        (Amount(0.1, 0.05, 0.15), "For `poolwise evaluate --target`"),
        (
            Amount(0.1, -0.05, 0.25),
            "It is not shown that this candidate earns more than today's policy, logging. To try",
        ),
        (
            Amount(-0.1, -0.15, -0.05),
            "Leave the configuration as it is: every candidate earns less than today's policy, ",
        ),
    ],
)
def test_a_policy_is_offered_as_what_it_is_beside_todays(over_today: Amount, said: str) -> None:
    tuning = tuned(0.1, 0.9)
    candidates = tuple(replace(one, over_today=over_today) for one in tuning.candidates)
    told = replace(tuning, candidates=candidates)
    assert use(told).startswith(said)
    assert said in page(told, "log").replace("&#39;", "'")


def test_the_highest_estimate_is_never_shown_below_another() -> None:
    """A narrow interval at .8689 and a wide one at .8661, which alone would be written .87."""
    tuning = tuned(0.1, 0.9)
    first, second = tuning.candidates
    narrow = replace(first, earns=Amount(0.8689, 0.848, 0.889))
    wide = replace(second, earns=Amount(0.8661, 0.81, 0.92))
    told = replace(tuning, candidates=(narrow, wide))
    console = Console(file=StringIO(), width=100, highlight=False)
    print_report(told, "log", console)
    assert isinstance(console.file, StringIO)
    rows = [line for line in console.file.getvalue().splitlines() if line.startswith("epsilon")]
    assert " 0.869  0.848 to 0.889 " in rows[0]
    assert " 0.866  0.810 to 0.920 " in rows[1]
    assert all(f">{end}<" in page(told, "log") for end in ("0.866", "0.810", "0.920"))
