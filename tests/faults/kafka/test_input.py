"""Faults 12, 13, 18, 19 and 30: what comes in is poison, too large, doubled, late or misplaced."""

from __future__ import annotations

import json
import signal
import time
from contextlib import closing
from itertools import islice
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from kafka.admin import ConfigResource, ConfigResourceType

from streams.log.log import NewRecord
from tests.faults.audit import records
from tests.faults.crew import Crew
from tests.faults.hired import Hired
from tests.faults.labelers import Labelers
from tests.faults.length import LONG
from tests.faults.processes import alive
from tests.faults.story import SEED, Story
from tests.faults.upstreams import Misplaced, Shuffled, Twice, Upstream

if TYPE_CHECKING:
    from collections.abc import Callable

    from streams.log.log import Log
    from tests.broker.broker import Broker

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

TASKS = 2000 if LONG else 120
TIMES = 20 if LONG else 2
"""How often each poison comes."""

OTHERS = {"unknown_type", "repeat_labeler", "declined_ask"}
"""What the labelers do wrong by themselves."""


class Poison(NamedTuple):
    """A record, and the rule that it breaks."""

    rule: str
    topic: str
    key: bytes | None
    value: bytes | None
    partition: int | None = None


TASK = b'{"type":"Task","task":"x","project":"p","at":1,"classes":["a","b"],"payload":%s}'
GOLD = b'{"type":"Gold","task":%s,"answer":"yes","at":1,"v":%d}'
POISON = {
    "no value": Poison("malformed", "labels", b"t1", None),
    "not JSON": Poison("malformed", "tasks", b"t1", b"{oops"),
    "truncated UTF-8": Poison("malformed", "labels", b"t1", b'{"type":"Tick","at":1,"x":"\xe2\x98'),
    "unknown type": Poison("unknown_type", "tasks", b"t1", b'{"type":"Tsk","v":1}'),
    "unknown version": Poison("unknown_version", "labels", b"t1", GOLD % (b'"t1"', 99)),
    "bad field": Poison("bad_field", "labels", b"t1", GOLD % (b"[1]", 1)),
    "bad id": Poison("bad_id", "labels", b"\xff\x00", GOLD % (json.dumps("☃" * 90).encode(), 1)),
    "too large": Poison("too_large", "tasks", b"x", TASK % (b'"%s"' % (b"x" * 990_000))),
    "larger when written": Poison(
        "too_large", "tasks", b"x", TASK % (b"[%s1]" % (b"1e15," * 50_000))
    ),
    "nested too deep": Poison("malformed", "tasks", b"x", TASK % (b"[" * 5_000 + b"]" * 5_000)),
    "wrong topic": Poison("wrong_topic", "labels", b"x", TASK % b"1"),
    "a key of 900 KB": Poison("malformed", "labels", b"k" * 900_000, b"{"),
    "no key": Poison("unknown_type", "labels", None, b"{}", 1),
    "of operations": Poison(
        "bad_number", "pools", b"p", b'{"type":"Pool","pool":"p","at":0,"usd_per_label":-1}'
    ),
    "of the learning": Poison(
        "bad_field", "controls", b"c", b'{"type":"Control","at":0,"pool":"p"}'
    ),
}


def _place(one: Poison) -> NewRecord:
    return NewRecord(one.topic, one.key, one.value, one.partition)


def found_at(story: Story, poison: list[Poison]) -> dict[tuple[str, int, int], Poison]:
    """Return where each poison stands."""
    wanted = {(one.topic, one.key, one.value): one for one in poison}
    return {
        (one.topic, one.partition, one.offset): wanted[one.topic, one.key, one.value]
        for topic in {one.topic for one in poison}
        for one in records(story.log, topic)
        if (one.topic, one.key, one.value) in wanted
    }


def test_poison_of_every_kind_is_one_dead_letter_each_though_the_worker_is_killed(
    broker: Broker,
) -> None:
    story = Story(broker.address, TASKS)
    poison = [one for one in POISON.values() for _ in range(TIMES)]
    with closing(story), Crew(story.toml()) as crew:
        left = iter(poison)
        for point in ("after commit 5", "before commit 6", "before keep 5"):
            process = crew.start("work", "w1", point)
            while alive(process):
                story.keep_busy()
                story.log.write([_place(one) for one in islice(left, 1)])
                time.sleep(0.05)
            assert crew.status(process) == -signal.SIGKILL
        process = crew.start("work", "w1")
        story.log.write([_place(one) for one in left])
        story.run_out(lambda: alive(process))
        assert crew.stop(process) == 0
        letters = {(one.topic, one.partition, one.offset): one for one in story.audit().letters}
        places = found_at(story, poison)
        assert len(places) == len(poison)
        for place, one in places.items():
            letter = letters.pop(place)
            assert letter.rule == one.rule
            assert letter.message
            assert letter.key == (one.key if len(one.key or b"") < 4000 else None)
            assert letter.original == (one.value if len(one.value or b"") < 260_000 else None)
        assert {one.rule for one in letters.values()} <= OTHERS


@pytest.mark.parametrize("topic", ["asks", "deadletters", *(["desk"] if LONG else [])])
def test_what_a_topic_does_not_take_is_a_dead_letter_and_hurts_no_other(
    broker: Broker, topic: str
) -> None:
    """The broker refuses batches by their size, too; those are split, and nothing is lost."""
    story = Story(broker.address, TASKS // 5)
    few = story.config(worker="[worker]\nbatch_records = 8\npoll_s = 0.05\n")
    with closing(story):
        there, limit = story.log.names.on_broker(topic), {"max.message.bytes": 20_000}
        limited = ConfigResource(ConfigResourceType.TOPIC, there, limit)
        story.log.admin.alter_configs([limited])
        rule, noise = "output_too_large", Random(SEED).randbytes(30_000).hex().encode()
        large = TASK % (b'"%s"' % noise)  # it stays large when it is compressed
        if topic == "deadletters":
            large, rule = b'{"type":"Tsk","x":"%s"}' % noise, "unknown_type"
        with Hired(few) as worker:
            for _ in range(6):  # more than may raise what they should not
                story.log.write([NewRecord("tasks", b"x", large)])
                story.keep_busy()
            story.run_out(worker.well)
        letters = [one for one in story.audit().letters if one.key == b"x"]
        assert [one.rule for one in letters] == [rule] * 6
        expected = None if topic == "deadletters" else large
        assert {one.original for one in letters} == {expected}


def run(story: Story, upstream: Callable[[Log], Upstream]) -> tuple[Any, Hired]:
    """Let the labelers write through `upstream` while a worker works; both when it is done."""
    through = upstream(story.log)
    story.labelers = Labelers(through, SEED, story.tasks)
    with Hired(story.config()) as worker:
        while story.labelers.fed < story.tasks:
            assert worker.well()
            story.keep_busy()
            time.sleep(0.005)
        story.run_out(worker.well)
    return through, worker


def test_an_upstream_that_sends_everything_twice_changes_nothing(broker: Broker) -> None:
    story = Story(broker.address, TASKS)
    with closing(story):
        twice, worker = run(story, Twice)
        sent = [one.value for one in records(story.log, "tasks")]
        assert len(sent) == 3 * TASKS
        assert len(set(sent)) == TASKS
        story.audit()
        counted = worker.worker.core.counters
        assert counted["repeated_task"] == 2 * TASKS
        assert counted["repeated_label"] > TASKS
        assert counted["repeated_gold"] > 0
        assert twice.again > 3 * TASKS


def test_answers_that_are_late_and_in_any_order_all_count(broker: Broker) -> None:
    story = Story(broker.address, TASKS)
    with closing(story):
        _, worker = run(story, Shuffled)
        written = story.audit()
        late = worker.worker.core.counters["late_label"]
        assert late > TASKS / 10, "many came after their ask had expired"
        revised = {one.task for one in written.verdicts if one.revision > 0}
        assert len(revised) > TASKS / 20, "and many after the verdict"
        assert {one.rule for one in written.letters} <= OTHERS


def test_records_in_the_wrong_partition_are_forwarded_and_counted(broker: Broker) -> None:
    story = Story(broker.address, TASKS, partitions=3)
    with closing(story):
        other, worker = run(story, Misplaced)
        assert other.misplaced > TASKS, "two in three are where they don't belong"
        assert worker.figure("forwarded") == other.misplaced
        story.audit()
