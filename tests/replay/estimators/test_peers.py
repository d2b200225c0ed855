"""Our estimators against what obp and vw-estimators say of the same rows.

The peers' numbers are in golden/; bench/peers/README.md says how they were made. A peer's estimator
is compared once ours is named below.
"""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from replay.estimators.clipped import Clipped
from replay.estimators.cressie_read import CressieRead
from replay.estimators.dm import Dm
from replay.estimators.dr import Dr
from replay.estimators.dros import Dros
from replay.estimators.ips import Ips
from replay.estimators.sndr import Sndr
from replay.estimators.snips import Snips
from replay.estimators.switch_dr import SwitchDr
from replay.intervals.rules import RULES
from replay.stats.weighted_rows import Scored, score
from replay.tables.rows import Rows
from tests.replay.estimators.peers_model import design, predicted, read_log, target_pmf

if TYPE_CHECKING:
    from collections.abc import Callable

GOLDEN = Path(__file__).parent / "golden"

Case = dict[str, Any]

OBP: dict[str, Callable[[float | None], Any]] = {
    "IPW": lambda _: Ips(),
    "SNIPW": lambda _: Snips(),
    "DM": lambda _: Dm(),
    "DR": lambda _: Dr(),
    "SNDR": lambda _: Sndr(),
    "Clipped": lambda limit: Clipped(parameters=(limit or math.inf,)),
    "Switch-DR": lambda threshold: SwitchDr(parameters=(threshold or math.inf,)),
    "DRos": lambda shrinkage: Dros(parameters=(shrinkage or math.inf,)),
}
"""obp's name, and ours with its parameter."""

VW: dict[str, Callable[..., Any]] = {
    "ips": lambda **_: Ips(),
    "snips": lambda **_: Snips(),
    "cressieread": lambda **_: CressieRead(),
}
"""The name in vw-estimators, and ours."""

VW_INTERVALS: dict[str, tuple[Any, str]] = {
    "gaussian": (Ips(), "normal"),
    "clopper_pearson": (Ips(), "clopper-pearson"),
    "cressieread": (CressieRead(), "default"),
}
"""The name in vw-estimators; our estimator and interval."""


def golden(peer: str) -> list[Case]:
    cases: list[Case] = json.loads((GOLDEN / f"{peer}.json").read_text())["cases"]
    return cases


def named(case: Case) -> str:
    return " ".join(str(case[key]) for key in case if key not in ("value", "low", "high"))


@cache
def obd(folder: Path, campaign: str, target: str) -> Scored:
    """Rows of the Open Bandit Dataset under a target, with the q̂ that obp was given too."""
    log = read_log(folder, campaign)
    pmf = np.tile(target_pmf(target, log.actions), (len(log.click), 1))
    rows = Rows(log.action, log.click, log.propensity)
    chance = pmf[np.arange(len(pmf)), log.action]
    return score(rows, chance, pmf, predicted(log), "binary", fitted=True, actions=log.actions)


@cache
def designed(name: str, wmax: float | None = None) -> Scored:
    """Weights and rewards alone, with no model; `wmax` is the largest weight there can be."""
    weight, reward = design(name)
    none = np.zeros(len(weight))
    pairs = np.zeros((len(weight), 1))
    return Scored(
        weight=weight,
        reward=reward,
        direct=none,
        predicted=none,
        noise=pairs,
        spread=pairs,
        fitted=none,
        unsupported=none,
        chi=np.full(len(weight), np.nan),
        top=None if wmax is None else np.full(len(weight), wmax),
    )


@pytest.mark.parametrize("case", [c for c in golden("obp") if c["estimator"] in OBP], ids=named)
def test_values_are_those_of_obp(shared_data: Path, case: Case) -> None:
    scored = obd(shared_data / "obd", case["campaign"], case["target"])
    ours = OBP[case["estimator"]](case["parameter"]).receive(scored).value()
    assert ours == pytest.approx(case["value"], rel=1e-9, abs=0)


@pytest.mark.parametrize("case", [c for c in golden("vw") if c.get("estimator") in VW], ids=named)
def test_values_are_those_of_vw_estimators(case: Case) -> None:
    scored = designed(case["design"], **case["told"])
    ours = VW[case["estimator"]](**case["told"]).receive(scored).value()
    assert ours == pytest.approx(case["value"], rel=1e-6, abs=0)


@pytest.mark.parametrize(
    "case",
    [
        case
        for case in golden("vw")
        if case.get("interval") in VW_INTERVALS and not {"rmin", "rmax"} & case["told"].keys()
    ],
    ids=named,
)
def test_intervals_are_those_of_vw_estimators(case: Case) -> None:
    empty, rule = VW_INTERVALS[case["interval"]]
    sums = empty.receive(designed(case["design"], **case["told"]))
    low, high, _ = sums.interval("binary", 1 - case["alpha"], RULES[rule])
    assert (low, high) == pytest.approx((case["low"], case["high"]), rel=1e-6, abs=1e-9)


def test_every_estimator_named_here_was_asked_of_its_peer() -> None:
    """A misspelt name would compare nothing."""
    assert set(OBP) <= {case["estimator"] for case in golden("obp")}
    assert set(VW) <= {case.get("estimator") for case in golden("vw")}
    assert set(VW_INTERVALS) <= {case.get("interval") for case in golden("vw")}
