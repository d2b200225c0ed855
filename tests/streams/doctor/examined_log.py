"""A log on a real broker that doctor examines."""

from __future__ import annotations

import json
from uuid import uuid4

from kafka.admin import ConfigResource, ConfigResourceType

from streams.cli.doctor import doctor
from streams.config.log_settings import LogSettings
from streams.doctor.findings import DoctorFinding
from streams.doctor.topics import configs
from streams.kafka_log.log import KafkaLog
from streams.kafka_log.topics import create_topics
from tests.faults.story import wait_until
from tests.streams.verbs import run


class ExaminedLog:
    """A log on Kafka with a prefix of its own, and what doctor finds there."""

    def __init__(self, server: str) -> None:
        self.prefix = f"examined-{uuid4().hex[:8]}"
        self.address = f"kafka://{server}/{self.prefix}"
        self.log = KafkaLog(self.address, LogSettings())

    def made(self, partitions: int = 1) -> ExaminedLog:
        create_topics(self.log, partitions, 1)
        return self

    def examine(self, *words: object) -> dict[str, list[DoctorFinding]]:
        """Return the findings by what was looked at; nothing else may have gone wrong."""
        answer = run(doctor, self.address, *words, "--json")
        findings = [DoctorFinding(**finding) for finding in json.loads(answer.output)]
        assert answer.exit_code == any(finding.level == "broken" for finding in findings)
        by_check: dict[str, list[DoctorFinding]] = {}
        for finding in findings:
            by_check.setdefault(finding.check, []).append(finding)
        return by_check

    def set(self, topic: str, **settings: object) -> None:
        given = {key.replace("_", "."): str(value) for key, value in settings.items()}
        name = self.log.names.on_broker(topic)
        self.log.admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, given)])

        def heard() -> bool:
            now = configs(self.log, {topic: {}})[topic]
            return all(now[key] == value for key, value in given.items())

        wait_until(heard, what="the broker's news of its settings")

    def split(self, partitions: int, *topics: str) -> None:
        """Add partitions."""
        names = [self.log.names.on_broker(topic) for topic in topics]
        self.log.admin.create_partitions(dict.fromkeys(names, partitions))
        wait_until(
            lambda: all(
                len(topic["partitions"]) == partitions
                for topic in self.log.admin.describe_topics(names)
            ),
            what="the broker's news of its partitions",
        )


def summaries(findings: list[DoctorFinding]) -> list[tuple[str, str]]:
    return [(finding.level, finding.what) for finding in findings]
