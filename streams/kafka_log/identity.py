"""Transactional ids of members and writers; the next producer of an id fences the one before.

Rule 1: a member of a group writes as GROUP-@INSTANCE. No group has `-@` in its name, so the first
`-@` of an id ends the group's name.
Rule 2: the one writer of a name writes as writer@NAME, which an ACL for the prefix GROUP- does not
cover: among a group's members, only those that learn need a second ACL.
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
