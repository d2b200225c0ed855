"""What each process must be allowed on Kafka is enough, and what is missing is said."""

from __future__ import annotations

import io
import re
import time
from contextlib import closing
from typing import TYPE_CHECKING, TypeVar

import msgspec
import pytest
from kafka.admin import ACLOperation
from structlog.testing import capture_logs

from bandit.errors import LogError
from bandit.events import Ask, Tick, Verdict
from streams.archive.archive import Archive
from streams.cli.doctor import doctor
from streams.clients.feeding import feed
from streams.config.config import WorkerSettings
from streams.core import engine_maker
from streams.doctor.roles import PERMISSIONS, Role
from streams.learner.learner import Learner
from streams.log.codec import encode
from streams.log.log import NewRecord, read_to_end
from streams.log.topics import TOPICS
from streams.worker.worker import Worker
from tests.broker.broker import Broker
from tests.broker.security import Authority, Security
from tests.conftest import skipped_where_unavailable
from tests.streams.doctor.guarded import GROUP, ID, TOPIC, Guarded, Right, only, rights_of
from tests.streams.scenes import POOLS, SETTINGS, label, task, write
from tests.streams.verbs import ROOT, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from streams.kafka_log.log import KafkaLog

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

E = TypeVar("E", Ask, Verdict)


@pytest.fixture(scope="module")
def guarded_broker(
    kafka: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Broker, Security]]:
    with skipped_where_unavailable():
        security = Security(Authority(tmp_path_factory.mktemp("acls")), acls=True)
    with Broker(security=security) as broker:
        yield broker, security


@pytest.fixture
def guarded(guarded_broker: tuple[Broker, Security], tmp_path: Path) -> Iterator[Guarded]:
    log = Guarded(*guarded_broker, tmp_path)
    yield log
    log.everything.close()


@pytest.mark.parametrize("role", Role)
def test_nothing_is_broken_for_a_role_with_its_rights(role: Role, guarded: Guarded) -> None:
    guarded.allow(*rights_of(role))
    described = [(TOPIC, name, ACLOperation.DESCRIBE_CONFIGS) for name in TOPICS]
    guarded.allow(*described, (GROUP, "poolwise", ACLOperation.DESCRIBE))
    answer = run(doctor, guarded.address, "--config", guarded.config, "--role", role)
    assert answer.exit_code == 0, answer.output
    assert f"rights: user 'poolwise' has all permissions of role {role}" in answer.output
    assert "permission denied" not in answer.output


@pytest.mark.parametrize("role", Role)
def test_each_right_that_is_missing_is_named(role: Role, guarded: Guarded) -> None:
    """The broker's own names are said, with the command that allows it."""
    rights = rights_of(role)
    guarded.allow(*rights)
    assert [finding.level for finding in guarded.findings(role)] == ["ok"]
    for right in rights:
        guarded.forbid(right)
        kind, name, operation = right
        findings = guarded.findings(role)
        assert [finding.level for finding in findings] == ["broken"], (right, findings)
        words = {TOPIC: "topic", GROUP: "group", ID: "transactional-id"}[kind]
        verb = operation.name.lower()
        assert findings[0].what == f"user 'poolwise' may not {verb} {words} {guarded.prefix}.{name}"
        assert f"--{words} {guarded.prefix}.{name}" in findings[0].todo
        guarded.allow(right)


def test_a_user_without_any_right_is_told_all_of_them(guarded: Guarded) -> None:
    answer = run(doctor, guarded.address, "--config", guarded.config)
    assert answer.exit_code == 1
    assert f"may not read topic {guarded.prefix}.pools, {guarded.prefix}.controls" in answer.output
    assert "group: not checked: permission denied" in answer.output
    assert "exist; tasks" not in answer.output, "what it may not see it says nothing of"


@pytest.mark.parametrize(
    ("row", "role"),
    [
        ("worker", "work"),
        ("learner", "learn"),
        ("`feed`, `control`", "feed"),
        ("`archive`", "archive"),
    ],
)
def test_the_page_of_permissions_has_the_same_rights(row: str, role: str) -> None:
    """The follower's row says what it hasn't, so it follows from the worker's."""
    text = (ROOT / "docs" / "reference" / "kafka-permissions.md").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith(f"| {row} |"))
    _, _, read, write, group, ids, _ = line.split("|")
    asked, named = PERMISSIONS[Role(role)], re.compile(r"`([a-z]+)`")
    assert set(named.findall(read)) == {*asked.read, *asked.describe}
    assert set(named.findall(write)) == set(asked.write)
    assert ("Read" in group) == asked.group
    assert re.findall(r"`([\w@-]+)`", ids) == list(asked.ids)


def test_a_follower_needs_what_a_worker_needs_but_for_learning() -> None:
    work, follow = PERMISSIONS[Role.WORK], PERMISSIONS[Role.FOLLOW]
    assert set(work.read) - set(follow.read) == {"rewards"}
    assert set(work.write) - set(follow.write) == {"models"}
    assert work.group == follow.group
    assert set(work.ids) - set(follow.ids) == {"writer@GROUP-learner"}


def test_a_learner_that_may_only_use_its_former_id_goes_on_with_it(guarded: Guarded) -> None:
    """So an upgrade needs no new right first; and with no right at all it says which it needs."""
    rights = rights_of(Role.LEARN)
    new = next(right for right in rights if right[0] == ID)
    former: Right = (ID, "poolwise-learner", new[2])
    guarded.allow(*(right for right in rights if right != new))
    record = [NewRecord("models", b"slot/0", b"{}")]
    with closing(guarded.open()) as log:
        with pytest.raises(LogError, match="lacks a right: TransactionalIdAuthorization"):
            log.writer("poolwise-learner")
        guarded.allow(former)
        with capture_logs() as logged:
            log.writer("poolwise-learner").write(record)
        ours = [event for event in logged if event["event"] != "library_says"]
        assert [event["event"] for event in ours] == ["old_transactional_id"]
        assert f"{guarded.prefix}.writer@poolwise-learner is missing" in ours[0]["why"]
        guarded.forbid(former)
        guarded.allow(new)
        log.writer("poolwise-learner").write(record)


def test_a_follower_can_not_be_the_learner(guarded: Guarded) -> None:
    with only(guarded, Role.FOLLOW) as log:
        with pytest.raises(LogError, match="the user lacks a right: TransactionalIdAuthorization"):
            log._transactions("writer@poolwise-learner").begin()
        log.writer("poolwise-learner")  # but it may stand in the way of the earlier release's
        with closing(guarded.everything.writer("poolwise-learner")) as learner:
            log.writer("poolwise-learner")
            learner.write([NewRecord("models", b"slot/0", b"{}")])


def test_all_roles_do_their_work_with_their_rights_alone(guarded: Guarded, tmp_path: Path) -> None:
    """One user has them one after the other: fed, decided, learned, followed and archived."""
    make, now = engine_maker(SETTINGS, 1), time.time()
    settings = WorkerSettings(batch_records=50)
    everything = guarded.everything

    with only(guarded, Role.FEED) as log:
        lines = [encode(event) for event in (*POOLS, Tick(at=now), task("t1", at=now))]
        assert feed(log, io.BytesIO(b"\n".join(lines)), "tasks.jsonl").good == len(lines)
        assert feed(log, io.BytesIO(b"{}"), "bad.jsonl", skip_bad=True).bad == 1

    answered: set[int] = set()
    with (
        only(guarded, Role.WORK) as log,
        closing(Worker(log, make, settings, clock=time.time)) as worker,
    ):
        while not outputs(everything, "verdicts", Verdict):
            assert time.time() < now + 60
            worker.step(0.1)
            new = [ask for ask in outputs(everything, "asks", Ask) if ask.ask not in answered]
            answered |= {ask.ask for ask in new}
            write(everything, *(label(ask, ask.expires_at - 50.0) for ask in new))
        worker.finish()
        assert worker.figures()["snapshots"] == 1

    with (
        only(guarded, Role.LEARN) as log,
        closing(Learner(log, make, settings, "poolwise-learner", clock=time.time)) as learner,
    ):
        learner.learn()
        learner.save(again=True)
        assert learner.counters["snapshots_failed"] == 0

    write(everything, task("t3", at=time.time()))
    with (
        only(guarded, Role.FOLLOW) as log,
        closing(Worker(log, make, settings, follow=True, clock=time.time)) as worker,
    ):
        worker.run(until_idle=True)
        assert worker.learner.counters["snapshots_followed"] == 1
    assert "t3" in {ask.task for ask in outputs(everything, "asks", Ask)}

    with (
        only(guarded, Role.ARCHIVE) as log,
        closing(Archive(log, tmp_path / "archive", every=1)) as archive,
    ):
        archive.run(until_idle=True)
        assert archive.rows["rewards"] > 0


def outputs(log: KafkaLog, topic: str, kind: type[E]) -> list[E]:
    """Read all that stands in a topic."""
    with closing(log.follow(topic)) as reader:
        return [
            msgspec.json.decode(record.value or b"", type=kind)
            for records in read_to_end(reader, 100)
            for record in records
        ]
