"""The one writer of a name, where an earlier release gave it another transactional id.

That id is one of those that workers may write as. It is taken over so that a writer of the earlier
release ends, and used on where the new one isn't allowed yet: an upgrade needs no new right first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from kafka.errors import TransactionalIdAuthorizationFailedError

from bandit.errors import LogError

if TYPE_CHECKING:
    from streams.kafka_log.producer import Transactions


def begin_writer(former: Transactions, named: Transactions) -> Transactions:
    """Begin as the one writer, and return the transactions that it has.

    Parameters
    ----------
    former, named
        Under the id of the earlier release, and under that of this one.

    Raises
    ------
    LogError
        If neither id is allowed, or no broker can be reached.
    """
    may_former = _begin(former)
    if _begin(named):
        former.close()
        return named
    if not may_former:
        named.begin()  # says what is missing
    structlog.get_logger().warning(
        "old_transactional_id",
        used=former.transactional_id,
        why=f"Write on transactional id {named.transactional_id} is not allowed yet; with the old"
        " id, every worker could take this one's place",
    )
    return former


def _begin(transactions: Transactions) -> bool:
    """Begin; whether this user may use the id."""
    try:
        transactions.begin()
    except LogError as error:
        if isinstance(error.__cause__, TransactionalIdAuthorizationFailedError):
            return False
        raise
    return True
