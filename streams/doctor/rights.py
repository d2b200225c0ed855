"""Checks of what this user may do on Kafka, against what its role needs.

Rule: nothing is tried that could change anything. Kafka reports what is allowed on topics and
groups; for transactional ids a request is sent that cannot succeed, without a producer id, and the
broker's error shows whether the transactional id was refused or only the producer id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kafka import errors as kafka_errors
from kafka.protocol.producer import AddOffsetsToTxnRequest

from streams.doctor.findings import DoctorFinding, broken, ok, warning
from streams.doctor.roles import PERMISSIONS, Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from streams.kafka_log.connecting.broker_connection import BrokerConnection
    from streams.kafka_log.connecting.connection import KafkaAddress

RIGHTS = "rights"
READ, WRITE, DESCRIBE = "READ", "WRITE", "DESCRIBE"


class Rights:
    """The permissions of this user.

    Parameters
    ----------
    address, group
        Of the log.
    topics
        The cluster's description of each topic, by our name.
    user
        The user name; `None` if there is no login.
    """

    def __init__(
        self,
        address: KafkaAddress,
        group: str,
        topics: Mapping[str, Mapping[str, Any]],
        user: str | None,
    ) -> None:
        self._address = address
        self._group = group
        self._topics = topics
        self._user = user or "ANONYMOUS"

    def may(self, operation: str, topic: str) -> bool:
        """Whether an operation on one of our topics is allowed."""
        allowed = self._topics.get(topic, {}).get("authorized_operations")
        return allowed is not None and operation in allowed

    def check(self, role: Role, wire: BrokerConnection) -> Iterator[DoctorFinding]:
        """Report what the role needs and this user may not do."""
        permissions = PERMISSIONS[role]
        needs = [(WRITE, topic) for topic in permissions.write]
        needs += [(READ, topic) for topic in permissions.read]
        needs += [(DESCRIBE, topic) for topic in permissions.describe]
        missing = []
        for operation in (READ, WRITE, DESCRIBE):
            names = [
                self._address.named(topic)
                for wanted, topic in needs
                if wanted == operation and topic in self._topics and not self.may(wanted, topic)
            ]
            missing += [self._refused(operation, "topic", *names)] if names else []
        for name in permissions.ids:
            missing += self._id(name, wire, group=permissions.group)
        yield from dict.fromkeys(missing)  # each id is asked for with the same group
        if not missing:
            yield ok(RIGHTS, f"user {self._user!r} has all permissions of role {role}")

    def _id(self, name: str, wire: BrokerConnection, *, group: bool) -> list[DoctorFinding]:
        """Ask for a transaction of a producer that doesn't exist, for the group's positions."""
        wanted = self._address.named(name.replace("GROUP", self._group))
        its_group = self._address.named(self._group)
        try:
            answer = wire.ask(
                AddOffsetsToTxnRequest(
                    transactional_id=f"{wanted}doctor" if wanted.endswith("-") else wanted,
                    producer_id=-1,
                    producer_epoch=-1,
                    group_id=its_group,
                    max_version=3,
                )
            )
        except (OSError, kafka_errors.KafkaError) as error:
            return [
                warning(
                    RIGHTS,
                    f"the broker did not report who may use transactional id {wanted!r}"
                    f" ({type(error).__name__})",
                    "try again",
                )
            ]
        refusal = kafka_errors.for_code(answer.error_code)
        if refusal is kafka_errors.TransactionalIdAuthorizationFailedError:
            return [self._refused(WRITE, "transactional-id", wanted)]
        if group and refusal is kafka_errors.GroupAuthorizationFailedError:
            return [self._refused(READ, "group", its_group)]
        return []

    def _refused(self, operation: str, kind: str, *names: str) -> DoctorFinding:
        prefixed = " --resource-pattern-type prefixed" if names[0].endswith("-") else ""
        return broken(
            RIGHTS,
            f"user {self._user!r} may not {operation.lower()} {kind} {', '.join(names)}",
            f"kafka-acls --bootstrap-server {self._address.servers[0]} --add"
            f" --allow-principal User:{self._user}"
            f" --operation {operation.capitalize()}"
            f"{''.join(f' --{kind} {name}' for name in names)}{prefixed}",
        )
