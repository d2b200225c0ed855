"""Transactional ids: whoever takes one over fences its owner, so no two writers have the same.

Rule 1: a member of a group writes as GROUP-@INSTANCE. No group has a name with `-@` in it, so that
the first one of an id ends the group's name.
Rule 2: the one writer of a name writes as writer@NAME, which the right to write as GROUP- does not
cover: of a group's members, only those that learn need more than that.
"""

from __future__ import annotations

from streams.config.log_settings import BETWEEN


def of_member(group: str, instance: str) -> str:
    """Return the id of a member of a group.

    Examples
    --------
    >>> of_member("poolwise", "worker-1")
    'poolwise-@worker-1'
    """
    return f"{group}{BETWEEN}{instance}"


def of_writer(name: str) -> str:
    """Return the id of the one writer of a name.

    Examples
    --------
    >>> of_writer("poolwise-learner")
    'writer@poolwise-learner'
    """
    return f"writer@{name}"
