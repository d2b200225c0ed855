"""A log on a broker where a user may do only what it was allowed, and the rights of each role."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING
from uuid import uuid4

from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
)

from streams.config.log_settings import LogSettings
from streams.doctor.rights import Rights
from streams.doctor.roles import PERMISSIONS, Role
from streams.doctor.topics import described
from streams.kafka_log.connecting.broker_connection import BrokerConnection
from streams.kafka_log.connecting.connection import client_settings, parse_address
from streams.kafka_log.connecting.server import Server
from streams.kafka_log.log import KafkaLog
from streams.kafka_log.topics import create_topics

if TYPE_CHECKING:
    from pathlib import Path

    from streams.doctor.findings import DoctorFinding
    from tests.broker.broker import Broker
    from tests.broker.security import Security

TOPIC, GROUP, ID = ResourceType.TOPIC, ResourceType.GROUP, ResourceType.TRANSACTIONAL_ID
Right = tuple[ResourceType, str, ACLOperation]


HEARD_S = 0.15
"""A broker acts on a right a moment after it was given or taken."""


def rights_of(role: Role) -> list[Right]:
    """All that a role needs, by names without a prefix."""
    asked = PERMISSIONS[role]
    rights: list[Right] = [(TOPIC, name, ACLOperation.READ) for name in asked.read]
    rights += [(TOPIC, name, ACLOperation.WRITE) for name in asked.write]
    rights += [(TOPIC, name, ACLOperation.DESCRIBE) for name in asked.describe]
    rights += [(ID, name.replace("GROUP", "poolwise"), ACLOperation.WRITE) for name in asked.ids]
    return rights + ([(GROUP, "poolwise", ACLOperation.READ)] if asked.group else [])


class Guarded:
    """A log on a broker where a user may do only what it was allowed."""

    def __init__(self, broker: Broker, security: Security, folder: Path) -> None:
        self.prefix = f"acl-{uuid4().hex[:8]}"
        secret = folder / "password"
        secret.write_text(security.password)
        self.settings = LogSettings(
            security_protocol="SASL_SSL",
            sasl_mechanism="SCRAM-SHA-512",
            username=security.user,
            password_file=str(secret),
            ca_file=str(security.authority.certificate),
        )
        self.address = f"kafka://{broker.secure_address}/{self.prefix}"
        self.config = folder / "poolwise.toml"
        words = "\n".join(
            f'{name} = "{getattr(self.settings, name)}"'
            for name in (
                "security_protocol",
                "sasl_mechanism",
                "username",
                "password_file",
                "ca_file",
            )
        )
        self.config.write_text(f"[log]\n{words}\n")
        self.everything = KafkaLog(f"kafka://{broker.address}/{self.prefix}", LogSettings())
        create_topics(self.everything, 1, 1)

    def open(self) -> KafkaLog:
        return KafkaLog(self.address, self.settings)

    def _acl(self, right: Right, kind: ACLPermissionType) -> ACL:
        what, name, operation = right
        whole = not name.endswith("-")
        pattern = ResourcePattern(
            what,
            f"{self.prefix}.{name}",
            ACLResourcePatternType.LITERAL if whole else ACLResourcePatternType.PREFIXED,
        )
        return ACL(f"User:{self.settings.username}", "*", operation, kind, pattern)

    def allow(self, *rights: Right) -> None:
        acls = [self._acl(right, ACLPermissionType.ALLOW) for right in rights]
        assert not self.everything.admin.create_acls(acls)["failed"]
        time.sleep(HEARD_S)

    def forbid(self, *rights: Right) -> None:
        """Take some away again."""
        acls = [self._acl(right, ACLPermissionType.ALLOW) for right in rights]
        self.everything.admin.delete_acls([_exactly(acl) for acl in acls])
        time.sleep(HEARD_S)

    def findings(self, role: Role) -> list[DoctorFinding]:
        """What doctor finds about the rights alone."""
        address = parse_address(self.address)
        connect = client_settings(address, self.settings)
        with (
            closing(self.open()) as log,
            closing(BrokerConnection(Server.of(address.servers[0]), connect)) as wire,
        ):
            rights = Rights(address, "poolwise", described(log), self.settings.username)
            return list(rights.check(role, wire))


def _exactly(acl: ACL) -> ACLFilter:
    pattern = acl.resource_pattern
    same = ResourcePatternFilter(pattern.resource_type, pattern.resource_name, pattern.pattern_type)
    return ACLFilter(acl.principal, acl.host, acl.operation, acl.permission_type, same)


class only:  # noqa: N801, it reads as a statement
    """A log opened by a user that has the rights of one role and no others."""

    def __init__(self, guarded: Guarded, role: Role) -> None:
        self._guarded = guarded
        self._rights = rights_of(role)

    def __enter__(self) -> KafkaLog:
        self._guarded.allow(*self._rights)
        self._log = self._guarded.open()
        return self._log

    def __exit__(self, *_: object) -> None:
        self._log.close()
        self._guarded.forbid(*self._rights)
