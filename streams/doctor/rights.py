"""What each process must be allowed to do on Kafka, and whether this user is.

Rule: nothing is tried that could change anything. Kafka itself says what is allowed on topics and
groups; for transactional ids a request is sent that can't succeed, with no producer's number, and
the broker's refusal says whether the id or only the number was wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kafka import errors as kafka_errors
from kafka.protocol.producer import AddOffsetsToTxnRequest

from streams.doctor.findings import Finding, broken, ok, warning
from streams.kafka_log.identity import of_writer
from streams.log.topics import (
    ASKS,
    CONTROLS,
    DEADLETTERS,
    DECISIONS,
    DESK,
    LABELS,
    MODELS,
    POOLS,
    REWARDS,
    TASKS,
    VERDICTS,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from streams.kafka_log.connecting.broker_connection import BrokerConnection
    from streams.kafka_log.connecting.connection import KafkaAddress

RIGHTS = "rights"
READ, WRITE, DESCRIBE = "READ", "WRITE", "DESCRIBE"


class Role(NamedTuple):
    """What a process must be allowed to do.

    `ids` are transactional ids, of which one that ends in `-` stands for all that begin so;
    GROUP in them is the group's name. Who may read or write may describe, too.
    """

    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    describe: tuple[str, ...] = ()
    group: bool = False
    ids: tuple[str, ...] = ()


LEARNER = of_writer("GROUP-learner")
_DECIDES = (TASKS, LABELS, ASKS, DECISIONS, REWARDS, VERDICTS, DEADLETTERS, DESK)

ROLES = {
    "work": Role(
        read=(POOLS, CONTROLS, TASKS, LABELS, DESK, REWARDS, MODELS),
        write=(*_DECIDES, MODELS),
        group=True,
        ids=("GROUP-", LEARNER),
    ),
    "follow": Role(
        read=(POOLS, CONTROLS, TASKS, LABELS, DESK, MODELS),
        write=_DECIDES,
        group=True,
        ids=("GROUP-",),
    ),
    "learn": Role(
        read=(CONTROLS, REWARDS, MODELS),
        write=(MODELS,),
        describe=(TASKS,),
        ids=(LEARNER,),
    ),
    "feed": Role(write=(POOLS, CONTROLS, TASKS, LABELS, DEADLETTERS), ids=("writer-",)),
    "archive": Role(read=(DECISIONS, REWARDS, VERDICTS)),
}
"""By what `poolwise doctor --role` calls them."""


class Rights:
    """What this user may do.

    Parameters
    ----------
    address, group
        Of the log.
    topics
        What the cluster says of each of our topics that it knows.
    user
        Who logs in; `None` for nobody in particular.
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

    def check(self, role: str, wire: BrokerConnection) -> Iterator[Finding]:
        """Say what the role needs and this user may not."""
        asked = ROLES[role]
        needs = [(WRITE, one) for one in asked.write] + [(READ, one) for one in asked.read]
        needs += [(DESCRIBE, one) for one in asked.describe]
        missing = []
        for operation in (READ, WRITE, DESCRIBE):
            names = [
                self._address.named(topic)
                for wanted, topic in needs
                if wanted == operation and topic in self._topics and not self.may(wanted, topic)
            ]
            missing += [self._refused(operation, "topic", *names)] if names else []
        for name in asked.ids:
            missing += self._id(name, wire, group=asked.group)
        yield from dict.fromkeys(missing)  # each id is asked for with the same group
        if not missing:
            yield ok(RIGHTS, f"{self._user!r} may do what `{role}` does")

    def _id(self, name: str, wire: BrokerConnection, *, group: bool) -> list[Finding]:
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
                    f"the broker didn't say who may use {wanted!r} ({type(error).__name__})",
                    "try again",
                )
            ]
        refusal = kafka_errors.for_code(answer.error_code)
        if refusal is kafka_errors.TransactionalIdAuthorizationFailedError:
            return [self._refused(WRITE, "transactional-id", wanted)]
        if group and refusal is kafka_errors.GroupAuthorizationFailedError:
            return [self._refused(READ, "group", its_group)]
        return []

    def _refused(self, operation: str, kind: str, *names: str) -> Finding:
        prefixed = " --resource-pattern-type prefixed" if names[0].endswith("-") else ""
        return broken(
            RIGHTS,
            f"{self._user!r} may not {operation.lower()} {kind} {', '.join(names)}",
            f"kafka-acls --add --allow-principal User:{self._user}"
            f" --operation {operation.capitalize()}"
            f"{''.join(f' --{kind} {name}' for name in names)}{prefixed}",
        )
