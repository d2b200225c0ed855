"""The audit after every fault: inputs and outputs compared, on whatever log.

Each function asserts one thing that must hold whatever happened to processes, brokers and networks.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, TypeVar

import msgspec
import pytest

from bandit.events import NO_ASK, STOP, Ask, DeadLetter, Decision, Label, Reward, Verdict
from bandit.learn.brain import Brain
from bandit.learn.brains import Brains
from streams.log.log import read_to_end
from streams.log.topics import ASKS, DEADLETTERS, DECISIONS, LABELS, REWARDS, VERDICTS
from tests.streams.learner.knowledge import knowledge
from tests.streams.scenes import kept

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bandit.settings import Settings
    from streams.log.log import Log, Record

E = TypeVar("E")


def records(log: Log, topic: str) -> Iterator[Record]:
    """Yield all that is committed in a topic, partition after partition."""
    for partition in range(log.partitions(topic)):
        reader = log.follow(topic, partition)
        for batch in read_to_end(reader, 1000):
            yield from batch
        reader.close()


def events(log: Log, topic: str, kind: type[E]) -> Iterator[E]:
    """Yield a topic as events."""
    decode = msgspec.json.Decoder(kind).decode
    return (decode(record.value or b"") for record in records(log, topic))


class Written:
    """All that was written, read once."""

    def __init__(self, log: Log) -> None:
        self.decisions = list(events(log, DECISIONS, Decision))
        self.asks = list(events(log, ASKS, Ask))
        self.rewards = list(events(log, REWARDS, Reward))
        self.verdicts = list(events(log, VERDICTS, Verdict))
        self.letters = list(events(log, DEADLETTERS, DeadLetter))
        self.labels = [record.value or b"" for record in records(log, LABELS)]


def audit(log: Log, tasks: Iterable[str], usd: Mapping[str, float]) -> Written:
    """Assert everything but what was learned; `usd` is each pool's price."""
    written = Written(log)
    one_verdict_a_task(written, tasks)
    decisions_have_no_gap(written)
    one_reward_an_ask(written)
    spent_is_the_sum(written, usd)
    one_letter_a_record(written)
    return written


def one_verdict_a_task(written: Written, tasks: Iterable[str]) -> None:
    """Each task has one verdict of revision 0, and revisions without a gap."""
    revisions = defaultdict(list)
    for verdict in written.verdicts:
        revisions[verdict.task].append(verdict.revision)
    assert set(revisions) == set(tasks)
    wrong = {task: seen for task, seen in revisions.items() if seen != list(range(len(seen)))}
    assert wrong == {}


def decisions_have_no_gap(written: Written) -> None:
    """Decisions are numbered without gap or repeat, and each for a pool is one ask."""
    numbers = defaultdict(list)
    to_pools = []
    for decision in written.decisions:
        numbers[decision.task].append(decision.ask)
        if decision.choice != STOP:
            to_pools.append((decision.task, decision.ask, decision.choice))
    wrong = {task: seen for task, seen in numbers.items() if seen != list(range(1, len(seen) + 1))}
    assert wrong == {}
    assert sorted(to_pools) == sorted((ask.task, ask.ask, ask.pool) for ask in written.asks)


def one_reward_an_ask(written: Written) -> None:
    """Each ask has one reward of revision 0, and revisions without a gap.

    Gold of a task without labels has at most one, which is about no ask.
    """
    revisions = defaultdict(list)
    alone = Counter(reward.task for reward in written.rewards if reward.ask == NO_ASK)
    assert alone.keys() <= {verdict.task for verdict in written.verdicts if verdict.basis == "gold"}
    assert max(alone.values(), default=1) == 1
    for reward in written.rewards:
        if reward.ask != NO_ASK:
            revisions[reward.task, reward.ask].append(reward.revision)
    assert set(revisions) == {(ask.task, ask.ask) for ask in written.asks}
    wrong = {which: seen for which, seen in revisions.items() if seen != list(range(len(seen)))}
    assert wrong == {}


def spent_is_the_sum(written: Written, usd: Mapping[str, float]) -> None:
    """What a task cost is the sum over its accepted labels, late ones too."""
    refused = {letter.original for letter in written.letters}
    accepted: dict[str, Label] = {}
    for value in written.labels:
        if b'"type":"Label"' in value and value not in refused:
            label = msgspec.json.decode(value, type=Label)
            accepted[label.label] = label
    costs: dict[str, float] = defaultdict(float)
    for label in accepted.values():
        costs[label.task] += usd[label.pool] if label.usd is None else label.usd
    last = {verdict.task: verdict.usd for verdict in written.verdicts}
    assert last == pytest.approx({task: costs[task] for task in last})


def one_letter_a_record(written: Written) -> None:
    """No record has two dead letters, and none is there because of a bug."""
    reported = Counter(
        (letter.topic, letter.partition, letter.offset, letter.at, letter.rule, letter.message)
        for letter in written.letters  # those of what was held for a task have no offset
    )
    assert {place: times for place, times in reported.items() if times > 1} == {}
    assert "unexpected" not in {letter.rule for letter in written.letters}


def model_is_the_fold(log: Log, settings: Settings) -> None:
    """The newest snapshot knows what the rewards of the log, folded in order, teach."""
    rewards = list(records(log, REWARDS))
    folded = Brains(settings, Brain(settings))
    learned = [msgspec.json.decode(record.value or b"", type=Reward) for record in rewards]
    for reward in learned:
        folded.learn(reward)
    newest = next(kept(log).newest_first())
    assert newest.position == rewards[-1].offset + 1
    restored = Brains(settings, Brain(settings))
    restored.adopt(newest.data, newest.own)
    assert restored.own.keys() == folded.own.keys()
    for arm in (None, *folded.own):
        assert restored.of(arm).position == folded.of(arm).position
        assert knowledge(restored.of(arm), learned) == knowledge(folded.of(arm), learned)
