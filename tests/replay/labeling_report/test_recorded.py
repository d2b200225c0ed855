"""A report on recorded labels: an engine buys them, and the page has the numbers of `--json`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec

from bandit.events import Decision, Reward, Verdict
from bandit.settings import AuditSettings, Settings
from replay.labeling_report.content.report import labeling_report
from replay.labeling_report.page.page import page_text
from replay.labeling_report.read.read_tasks import read_tasks
from replay.market.drive import Drive
from replay.recorded.files import read_crowd
from replay.recorded.replayed import RecordedMarket, ReplayTerms
from tests.documents.examples import examples
from tests.replay.labeling_report.read_page import ReadPage, objects
from tests.replay.task_log.own_log_writer import write_log

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bandit.events import Input, Output


def test_a_recorded_set_is_reported(tmp_path: Path) -> None:
    """Two vendors at the same price, .92 and .80 right: the page has their figures."""
    texts = examples()
    (tmp_path / "labels.csv").write_text(
        texts["docs/examples/labels.csv"].replace(",price", ",usd")
    )
    (tmp_path / "truth.csv").write_text(texts["docs/examples/truth.csv"])
    crowd = read_crowd(tmp_path)
    market = RecordedMarket(crowd, ReplayTerms(value_usd=1.0, expert_usd=0.5))
    kept = EventKeeper(Settings(audit=AuditSettings(share=0.1)))
    Drive(kept, market, 1800.0).run([*market.pools(), *market.tasks()])
    log = write_log(tmp_path / "recorded.db", kept.events)
    report = labeling_report(read_tasks(log))
    assert (report.totals.tasks, report.totals.pending) == (300, 0)
    rates = {pool.pool: pool.accuracy for pool in report.pools}
    better, worse = rates["vendor-a"], rates["vendor-b"]
    assert better is not None
    assert worse is not None
    assert abs(better.value - 0.92) < 0.05
    assert abs(worse.value - 0.80) < 0.07
    assert {one.kind for one in report.recommendations} <= {"fewer_labels"}
    known = objects(json.loads(msgspec.json.encode(report)))
    for number in ReadPage(page_text(report)).numbers:
        assert any(of.get(number.name) == number.value for of in known), number


class EventKeeper:
    """An engine that keeps what a log would hold."""

    def __init__(self, settings: Settings) -> None:
        from bandit.engine.engine import Engine
        from bandit.learn.brain import Brain

        self._engine = Engine(settings, Brain(settings), partitions=1)
        self.events: list[Decision | Reward | Verdict] = []

    def receive(self, event: Input | Reward) -> Sequence[Output]:
        outputs = self._engine.receive(event)
        self.events += [one for one in outputs if isinstance(one, Decision | Reward | Verdict)]
        return outputs

    def keep(self) -> None:
        self._engine.keep()
