"""What is recommended, and the sentence that says why."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from replay.experiment.arms.difference import Effect
from replay.experiment.arms.guards import Guard, parse_guard
from replay.experiment.arms.sample_ratio import SampleRatio
from replay.experiment.arms.share_change import ShareChange
from replay.experiment.reading.recommend import Evidence, recommend
from replay.numerics.amount import Amount

GUARD = parse_guard("accuracy>=-0.005")


def effect(low: float, high: float) -> Effect:
    middle, error = (low + high) / 2, (high - low) / 6
    return Effect(Amount(middle, low, high), error, error, 1.0, 1.0 + middle, error, 1000)


@dataclass(frozen=True)
class Case:
    name: str
    net: Effect | None
    accuracy: Effect | None
    action: str
    says: str
    metric: str = "net_usd"
    guards: tuple[Guard, ...] = (GUARD,)
    mismatch: bool = False
    least: float = 0.0
    carried: tuple[str, ...] = ()
    misassigned: float = 0.0
    changed: ShareChange | None = None


RAMPED = ShareChange(
    units=400,
    before={"control": 0.9, "new": 0.1},
    after={"control": 0.5, "new": 0.5},
    p_value=1e-9,
)
GOOD, BAD, OPEN = effect(0.01, 0.05), effect(-0.05, -0.01), effect(-0.01, 0.03)
KEPT, BROKEN, UNSURE = effect(-0.004, 0.01), effect(-0.03, -0.01), effect(-0.02, 0.01)

CASES = [
    Case("better", GOOD, KEPT, "ship",
         "net value is $0.0100 to $0.0500 higher per task than with control, and every guardrail"
         " holds"),
    Case("worse", BAD, KEPT, "stop", "net value is $0.0100 to $0.0500 lower per task"),
    Case("open", OPEN, KEPT, "continue", "if it is as large as it looks, about 3,000 more tasks"),
    Case("nothing there", effect(-0.03, 0.03), KEPT, "continue", "looks too small to be found"),
    Case("guardrail broken", GOOD, BROKEN, "stop",
         "accuracy is 1.0 to 3.0 points lower than with control, beyond the guardrail"
         " accuracy>=-0.005"),
    Case("guardrail open", GOOD, UNSURE, "continue",
         "nothing says yet whether the guardrail holds"),
    Case("too little gold", None, None, "continue", "net value is unknown: too few audits"),
    Case("shares", GOOD, KEPT, "stop", "the arms don't have their declared shares (control has"
         " 52.0 % instead of 50 % and new has 48.0 % instead of 50 %; p < 0.0001)", mismatch=True),
    Case("shares changed", GOOD, KEPT, "stop", "the arms' shares were changed during the test"
         " (new has 10.0 % of the first 400 units and 50.0 % of the others), so what changed"
         " with time looks like the arm's doing; start a test of another name with the new shares",
         changed=RAMPED, mismatch=True),
    Case("other settings", GOOD, KEPT, "stop", "3.0 % of the tasks are of another arm",
         misassigned=0.03),
    Case("not worth it", effect(0.001, 0.01), KEPT, "stop", "less than the +$0.0200 asked for",
         least=0.02),
    Case("carried over", GOOD, KEPT, "continue", "read it with --settled", carried=("usd",)),
    Case("cheaper, accuracy unguarded", BAD, KEPT, "continue", "accuracy has no guardrail",
         metric="usd", guards=()),
    Case("cheaper", BAD, KEPT, "ship", "cost of labels is $0.0100 to $0.0500 lower per task",
         metric="usd"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_state_of_a_test_has_its_recommendation_and_reason(case: Case) -> None:
    ratio = SampleRatio(
        units={"control": 520, "new": 480},
        declared={"control": 0.5, "new": 0.5},
        p_value=1e-9 if case.mismatch else 1.0,
        is_mismatch=case.mismatch,
    )
    effects: dict[str, Effect | None] = {case.metric: case.net, "accuracy": case.accuracy}
    if case.net is None:
        effects = {"usd": GOOD}
    found = recommend(
        Evidence(
            "new",
            "control",
            case.metric,
            effects,
            case.guards,
            ratio,
            least=case.least,
            carried=case.carried,
            misassigned=case.misassigned,
            changed=case.changed,
        )
    )
    assert (found.arm, found.action) == ("new", case.action)
    assert case.says in found.reason
    assert "\n" not in found.reason
