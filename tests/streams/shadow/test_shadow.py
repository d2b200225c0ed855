"""The shadow knows what the worker knew: by the same configuration, it would have done the same."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec
import pytest

from bandit.events import STOP, Control, Decision
from bandit.settings import ProjectSettings
from streams.config.log_settings import LogSettings
from streams.kafka_log.log import KafkaLog
from streams.kafka_log.topics import create_topics
from streams.log.log import NewRecord, read_to_end
from streams.log.topics import TOPICS
from streams.shadow.case import NotCompared
from streams.shadow.comparison import ShadowComparison
from streams.shadow.decisions import Decisions, ends
from streams.shadow.log import ShadowLog
from streams.shadow.shadow import Shadow
from tests.streams.scenes import events, kept, read, write
from tests.streams.shadow.shadow_story import (
    VALUE,
    assert_the_same,
    changed,
    lines,
    lived,
    new,
    shadowed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bandit.settings import PolicyName
    from streams.embedded.log import EmbeddedLog
    from tests.broker.broker import Broker


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    """Open an empty log."""
    with closing(new(tmp_path / "log.db")) as opened:
        yield opened


def test_what_is_decided_while_it_reads_waits_for_its_turn(log: EmbeddedLog) -> None:
    """Else it would stand before what another partition's worker decided earlier."""
    lived(log, VALUE, rounds=3)
    value, end = read(log, "decisions")[0].value, log.end("decisions", 0)
    more = [NewRecord("decisions", b"t0", value, 0)]

    def stop() -> bool:
        log.write(more)
        more.clear()
        return False

    with closing(Decisions(log, {})) as decisions:
        assert [logged.offset for logged in decisions.so_far(stop)] == list(range(end))
        assert [logged.offset for logged in decisions.so_far(stop)] == [end]


@pytest.mark.parametrize("policy", ["best_known", "uniform"])
def test_so_it_is_with_every_policy(log: EmbeddedLog, tmp_path: Path, policy: PolicyName) -> None:
    settings = changed(VALUE, "policy", name=policy)
    lived(log, settings)
    assert_the_same(lines(log, settings, tmp_path / "shadow.jsonl"))


@pytest.mark.parametrize("partitions", [1, 3])
def test_the_same_configuration_would_have_done_the_same(tmp_path: Path, partitions: int) -> None:
    with closing(new(tmp_path / "log.db", partitions)) as log:
        lived(log, VALUE, restart_at=12)
        comparisons = lines(log, VALUE, tmp_path / "shadow.jsonl")
        decisions = events(log, "decisions", Decision)
    assert_the_same(comparisons)
    left_out = Counter(line.left_out for line in comparisons)
    assert left_out[NotCompared.FORCED] == sum(
        decision.pmf == {STOP: 1.0} for decision in decisions
    )
    assert left_out[NotCompared.AUDITED] == sum(decision.why == "audit" for decision in decisions)
    assert left_out.keys() <= {None, NotCompared.FORCED, NotCompared.AUDITED, NotCompared.NO_CHOICE}
    assert len(comparisons) == len(decisions)
    assert len({decision.brain_position for decision in decisions}) > 20


def test_it_values_experts_of_escalated_tasks_as_the_worker_did(tmp_path: Path) -> None:
    """A shadow that doesn't escalate asks none of them."""
    escalating = changed(VALUE, "policy", escalate=True, max_labels=3)
    with closing(new(tmp_path / "log.db")) as log:
        lived(log, escalating, worths=({"project": "p", "value_usd": 20.0},))
        comparisons = lines(log, escalating, tmp_path / "shadow.jsonl")
        plain = lines(log, changed(VALUE, "policy", max_labels=3), tmp_path / "plain.jsonl")
    assert_the_same(comparisons)
    assert sum("expert" in line.pmf and line.shadow is not None for line in comparisons) > 10
    assert not any("expert" in line.shadow.pmf for line in plain if line.shadow is not None)


def test_beside_a_worker_it_knows_what_the_worker_knew(log: EmbeddedLog, tmp_path: Path) -> None:
    with closing(ShadowLog(tmp_path / "shadow.jsonl")) as noted:
        with closing(Shadow(log, VALUE, file=noted)) as shadow:
            lived(log, VALUE, each=lambda _: shadow.step())
            assert shadow.step() == 0
            assert (shadow.report()["agreement"], shadow.report()["same"]) == (
                pytest.approx(1.0, abs=1e-9),
                1.0,
            )
        assert_the_same(list(noted.lines()))


def test_begun_now_it_sees_what_comes_and_takes_the_worth_of_what_was_open_as_logged(
    log: EmbeddedLog, tmp_path: Path
) -> None:
    dollars = msgspec.structs.replace(VALUE, project=ProjectSettings(value_usd=1.5))
    started: list[Shadow] = []
    before: list[int] = []

    def each(number: int) -> None:
        if number == 14:
            before.append(log.end("decisions", 0))
            started.append(Shadow(log, dollars, file=noted, from_now=True))
        if started:
            started[0].step()

    with closing(ShadowLog(tmp_path / "shadow.jsonl")) as noted:
        lived(log, dollars, each=each, worths=({"project": "p"}, {"value_usd": None}))
        comparisons = list(noted.lines())
        started[0].close()
    assert [line.offset for line in comparisons] == list(range(before[0], log.end("decisions", 0)))
    compared = [line.shadow for line in comparisons if line.shadow is not None]
    assert 0 < sum(not would.own_worth for would in compared) < len(compared) / 2
    for line in comparisons:
        if line.shadow is not None:
            assert line.shadow.same_model
            assert line.shadow.pmf == pytest.approx(line.pmf, abs=1e-9)


def test_after_the_learner_went_back_to_a_snapshot_it_goes_back_too(
    log: EmbeddedLog, tmp_path: Path
) -> None:
    """Tasks have a value: one that a target moves would differ for good after other choices."""
    ends: list[int] = []

    def each(number: int) -> None:
        if number == 14:
            oldest = list(kept(log).newest_first())[-1]
            write(log, Control(at=1.0, snapshot=oldest.manifest.id))
        shadow.step()
        ends.append(log.end("decisions", 0))

    with closing(ShadowLog(tmp_path / "shadow.jsonl")) as noted:
        with closing(Shadow(log, VALUE, file=noted)) as shadow:
            lived(log, VALUE, each=each, worths=({"value_usd": 1.0},))
        comparisons = list(noted.lines())
    positions = [decision.brain_position for decision in events(log, "decisions", Decision)]
    assert positions[ends[15]] < positions[ends[14] - 1]
    settled = [line for line in comparisons if not ends[14] <= line.offset < ends[15]]
    assert_the_same(settled)


def test_of_a_log_whose_learner_went_back_the_rest_is_learned_as_it_was(
    log: EmbeddedLog, tmp_path: Path
) -> None:
    def each(number: int) -> None:
        if number == 9:
            oldest = list(kept(log).newest_first())[-1]
            write(log, Control(at=1.0, snapshot=oldest.manifest.id))

    lived(log, VALUE, each=each)
    assert next(kept(log).newest_first()).manifest.skipped
    comparisons = lines(log, VALUE, tmp_path / "shadow.jsonl")
    late = [line.shadow for line in comparisons[-200:] if line.shadow is not None]
    assert len(late) > 100
    assert all(would.same_model for would in late)


# On Kafka -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def on_kafka(broker: Broker) -> Iterator[KafkaLog]:
    """A log that a worker has worked through; what is deleted from it stays deleted."""
    with closing(KafkaLog(f"kafka://{broker.address}/{uuid4()}", LogSettings())) as log:
        create_topics(log, 2, 1)
        lived(log, VALUE, rounds=7, tasks=15, timeout_s=0.05)
        yield log


@pytest.mark.kafka
@pytest.mark.slow
def test_on_kafka_the_same_configuration_would_have_done_the_same(
    on_kafka: KafkaLog, tmp_path: Path
) -> None:
    log = on_kafka
    before = {topic: ends(log, topic) for topic in TOPICS}
    comparisons = lines(log, VALUE, tmp_path / "shadow.jsonl")
    made = sum(
        len(records)
        for part in range(2)
        for records in read_to_end(log.follow("decisions", part), 1000)
    )
    assert {topic: ends(log, topic) for topic in TOPICS} == before
    assert_the_same(comparisons)
    assert len(comparisons) == made


@pytest.mark.kafka
@pytest.mark.slow
def test_what_retention_took_is_counted_and_the_nearest_model_is_taken(
    on_kafka: KafkaLog, tmp_path: Path
) -> None:
    log, file = on_kafka, tmp_path / "shadow.jsonl"
    oldest = list(kept(log).newest_first())[-1].manifest
    log.admin.delete_records(
        {log.names.place("rewards", 0): oldest.position, log.names.place("decisions", 0): 20}
    )
    known = {
        (logged.decision.task, logged.decision.ask): logged.decision.brain_position
        for logged in Decisions(log, {}).so_far(lambda: False)
    }
    same: dict[bool, list[bool]] = {True: [], False: []}
    for line in lines(log, VALUE, file):
        if line.shadow is not None:
            late = known[line.task, line.ask] >= oldest.learned
            same[late].append(line.shadow.same_model)
    assert same[True]
    assert all(same[True])
    # A reward may have changed nothing that a decision just before the snapshot asked about.
    assert sum(same[False]) < len(same[False]) / 2
    first = next(line for line in file.read_bytes().splitlines() if b'"partition":0' in line)
    cut = msgspec.json.decode(first, type=ShadowComparison)
    file.write_bytes(msgspec.json.encode(msgspec.structs.replace(cut, offset=4)) + b"\n")
    with closing(ShadowLog(file)) as noted:
        assert shadowed(log, VALUE, file=noted)["deleted"] == 15
