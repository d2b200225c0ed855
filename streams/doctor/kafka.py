"""All checks of a log on Kafka, in the order in which they depend on each other."""

from __future__ import annotations

import shlex
import time
from contextlib import closing
from functools import cache, partial
from typing import TYPE_CHECKING

import msgspec
from kafka import errors as kafka_errors

from bandit.errors import PoolwiseError
from streams.doctor import topics as shapes
from streams.doctor.clock import CLOCK, clock
from streams.doctor.connection import CONNECTION, brokers, connection
from streams.doctor.contents import LEARNER, LETTERS, dead_letters, learner
from streams.doctor.findings import DoctorFinding, broken, ok, warning
from streams.doctor.group import GROUP, TRANSACTIONS, group, members, transactions
from streams.doctor.halted import OPEN, halted
from streams.doctor.positions import POSITIONS, positions
from streams.doctor.refused import REFUSED, refused
from streams.doctor.retention import NEEDED, RETENTION, read_open_tasks, retention
from streams.doctor.rights import READ, Rights
from streams.kafka_log.connecting.broker_connection import BrokerConnection
from streams.kafka_log.connecting.connection import client_settings, parse_address
from streams.kafka_log.log import KafkaLog
from streams.kafka_log.topics import create_topics
from streams.log.topics import DEADLETTERS, DESK, LABELS, MODELS, OPERATIONS, REWARDS, TOPICS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from streams.config.config import Config
    from streams.doctor.new_topics import NewTopics
    from streams.doctor.roles import Role
    from streams.kafka_log.connecting.server import Server

    Look = tuple[str, tuple[str, ...], Callable[[], Iterator[DoctorFinding]]]

REQUEST_S = 3.0
"""Longest wait for one answer; workers wait longer, but there are many checks."""

READ_S = 1.0
"""Longest look into each topic."""


class Examination:
    """One check of the log on Kafka that a configuration names.

    Parameters
    ----------
    config
        The configuration.
    role
        What this user must be allowed to do.
    new_topics
        How to create missing topics first; `None`: create none.
    environment
        Variables that may hold the passwords which the configuration names.
    """

    def __init__(
        self,
        config: Config,
        role: Role,
        new_topics: NewTopics | None,
        environment: Mapping[str, str],
    ) -> None:
        self._config = config
        self._settings = config.log
        self._role = role
        self._new_topics = new_topics
        self._address = parse_address(config.log.address)
        self._environment = environment
        self._connect = client_settings(self._address, config.log, environment)
        self._kept_s: dict[str, float] = {}

    def findings(self) -> Iterator[DoctorFinding]:
        """Yield them as they are found."""
        findings, advertised = connection(self._connect)
        yield from findings
        if advertised:
            yield from brokers(advertised, self._connect)
            first = next(iter(advertised.values()))
            yield from _guarded(CONNECTION, lambda: self._of_cluster(first))

    def _of_cluster(self, server: Server) -> Iterator[DoctorFinding]:
        hasty = msgspec.structs.replace(self._settings, request_timeout_s=REQUEST_S)
        with closing(KafkaLog(self._settings.address, hasty, self._environment)) as log:
            if self._new_topics is not None:
                yield from self._create(log, self._new_topics)
            topics = shapes.described(log)
            rights = Rights(self._address, self._settings.group, topics, self._settings.username)
            yield from self._of_topics(log, topics)
            yield from self._of_rights(rights, server)
            if len(topics) == len(TOPICS):  # else the rest would only repeat it
                yield from self._of_contents(log, topics, rights)

    def _create(self, log: KafkaLog, new_topics: NewTopics) -> Iterator[DoctorFinding]:
        try:
            created = create_topics(log, new_topics.partitions, new_topics.replication)
        except PoolwiseError as error:
            yield broken(
                shapes.TOPICS_CHECK,
                str(error),
                "allow Create on the topics or on the cluster; --replication must not exceed the"
                " number of brokers",
            )
            return
        count = {name: new_topics.partitions if TOPICS[name].split else 1 for name in created}
        listed = ", ".join(f"{log.names.on_broker(name)} ({n})" for name, n in count.items())
        yield ok(
            shapes.TOPICS_CHECK,
            f"created, with partitions: {listed}" if created else "no topic was missing",
        )

    def _of_topics(self, log: KafkaLog, topics: shapes.Described) -> Iterator[DoctorFinding]:
        configured = shapes.configs(log, topics)
        self._kept_s = {
            name: int(configured[name]["retention.ms"]) / 1000
            for name in (*NEEDED, DEADLETTERS)
            if name in configured and int(configured[name]["retention.ms"]) >= 0
        }
        yield from shapes.shape(topics, self._making())
        yield from shapes.copies(topics, configured, self._altering())
        yield from shapes.settings(topics, configured, self._altering())

    def _of_rights(self, rights: Rights, server: Server) -> Iterator[DoctorFinding]:
        with closing(BrokerConnection(server, self._connect)) as wire:
            yield from rights.check(self._role, wire)

    def _of_contents(
        self, log: KafkaLog, topics: shapes.Described, rights: Rights
    ) -> Iterator[DoctorFinding]:
        worker = self._config.worker
        shown = shlex.quote(self._settings.address)
        give_up_s = self._config.core.policy.give_up_s
        needed_s = {name: kept for name, kept in self._kept_s.items() if name in NEEDED}
        alter = {
            name: f"{self._altering()} --entity-name {log.names.on_broker(name)} --add-config"
            for name in needed_s
        }
        open_tasks = cache(partial(read_open_tasks, log, READ_S))
        max_skew_s = self._config.core.clock.max_skew_s
        looks: list[Look] = [
            (
                RETENTION,
                (DESK,),
                lambda: retention(open_tasks(), needed_s, give_up_s, time.time(), alter),
            ),
            (OPEN, (DESK,), lambda: halted(open_tasks(), self._settings.address)),
            (REFUSED, OPERATIONS, lambda: refused(log, shown, READ_S)),
            (GROUP, (), lambda: group(log, self._settings.group, topics)),
            (
                POSITIONS,
                (DESK,),
                lambda: positions(log, self._settings.group, open_tasks().partitions, self._kept_s),
            ),
            (TRANSACTIONS, (), lambda: transactions(log, topics, self._settings, time.time())),
            (
                LEARNER,
                (MODELS, REWARDS),
                lambda: learner(log, shown, worker.max_model_age_s, time.time()),
            ),
            (LETTERS, (DEADLETTERS,), lambda: dead_letters(log, shown, READ_S)),
            (
                CLOCK,
                (DESK, LABELS),
                lambda: clock(log, shown, max_skew_s, members(log, self._settings.group)),
            ),
        ]
        for check, needed, look in looks:
            hidden = [name for name in needed if not rights.may(READ, name)]
            if hidden:
                yield ok(check, f"not checked: this user may not read {', '.join(hidden)}")
            else:
                yield from _guarded(check, look)

    def _making(self) -> str:
        address = shlex.quote(self._settings.address)
        return f"poolwise doctor {address} --create-topics --partitions 12 --replication 3"

    def _altering(self) -> str:
        return (
            f"kafka-configs --bootstrap-server {self._address.servers[0]} --alter"
            " --entity-type topics"
        )


def _guarded(check: str, look: Callable[[], Iterator[DoctorFinding]]) -> Iterator[DoctorFinding]:
    """Yield the findings of a check; an error of Kafka is a finding, too."""
    try:
        yield from look()
    except kafka_errors.AuthorizationError as error:
        yield warning(
            check, f"not checked: permission denied ({type(error).__name__})", "allow Describe"
        )
    except (kafka_errors.KafkaError, PoolwiseError) as error:
        text = " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")
        yield broken(check, f"check failed: {text}", "try again; see the broker's log")
