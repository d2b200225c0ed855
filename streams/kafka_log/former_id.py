"""Upgrade of a writer from the transactional id of an earlier release to that of this one.

The former id is one that the ACL of every worker covers. It is taken over so that a writer of the
earlier release is fenced, and stays in use while the new id has no ACL: so an upgrade can come
before its ACL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from kafka.errors import TransactionalIdAuthorizationFailedError

from bandit.errors import LogError

if TYPE_CHECKING:
    from streams.kafka_log.producer import Transactions


def begin_writer(former: Transactions, named: Transactions) -> Transactions:
    """Begin as the one writer of a name; return the transactions of the id in use.

    Parameters
    ----------
    former, named
        Transactions under the id of the earlier release, and under that of this one.

    Raises
    ------
    LogError
        If neither id has an ACL, or no broker can be reached.
    """
    former_allowed = _begin(former)
    if _begin(named):
        former.close()
        return named
    if not former_allowed:
        named.begin()  # raises the error that names the missing ACL
    structlog.get_logger().warning(
        "old_transactional_id",
        used=former.transactional_id,
        why=f"the right Write on transactional id {named.transactional_id} is missing; until it is"
        " granted, the former id is used, with which any worker could replace this writer",
    )
    return former


def _begin(transactions: Transactions) -> bool:
    """Begin; return whether this user may use the id."""
    try:
        transactions.begin()
    except LogError as error:
        if isinstance(error.__cause__, TransactionalIdAuthorizationFailedError):
            return False
        raise
    return True
