"""The tuner's page: whole, and nothing that anybody named is markup."""

from __future__ import annotations

from dataclasses import replace

from bandit.settings import PolicySettings
from replay.numerics.amount import Amount
from replay.runtime.text import printable
from replay.tune.page import page
from replay.tune.result import Candidate, Floor, Tuning
from tests.replay.report.answers import HOSTILE
from tests.replay.report.page.test_page import Reader

NONE = Amount(0.0, 0.0, 0.0)
CANDIDATES = tuple(
    Candidate(
        name,
        PolicySettings(explorer="softmax", rate=rate),
        Amount(0.4, 0.3, 0.5),
        Amount(0.1, -0.1, 0.2),
        under,
        0.01,
        100.0,
        0.2,
        refused,
    )
    for name, rate, under, refused in (
        ("softmax 5", 5.0, NONE, None),
        (HOSTILE, 10.0, Amount(0.1, -0.1, 0.2), None),
        ("softmax 20", 20.0, NONE, HOSTILE),
    )
)
TUNING = Tuning(
    rows=1000,
    unit="row",
    horizon=300,
    replays=10,
    words="over 10 replays",
    level=0.95,
    today=HOSTILE,
    today_earns=Amount(0.3, 0.2, 0.4),
    candidates=CANDIDATES,
    chosen=0,
    apart=False,
    policy=f'[policy]\nexplorer = "{HOSTILE}"\n',
    new=f"always:{HOSTILE}",
    tasks=1000,
    floor=Floor(0.1, 0.05, 0.09, 0.01),
    notes=(HOSTILE,),
)


def test_hostile_names_are_text_everywhere() -> None:
    html = page(TUNING, HOSTILE)
    assert "<script" not in html
    assert "\x1b" not in html
    assert Reader(html).text.count(printable(HOSTILE)) >= 7


def test_a_candidate_that_can_not_be_judged_has_its_reason_and_no_estimate() -> None:
    refused = replace(CANDIDATES[2], earns=Amount(0.777, 0.7, 0.8), refused="too few rows")
    html = page(replace(TUNING, candidates=(*CANDIDATES[:2], refused)), "log.csv")
    words = Reader(html).text
    assert "too few rows" in words
    assert "0.777" not in words


def test_nothing_runs_and_nothing_is_asked_for() -> None:
    html = page(TUNING, "log.csv")
    assert "://" not in html
    assert not {"script", "img", "iframe"} & {tag for tag, _ in Reader(html).tags}
