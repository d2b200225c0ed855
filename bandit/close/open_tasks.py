"""Which labels of open tasks teach at once, before their task closes.

While little is known of a project's labelers, tasks wait for what the labels of others would tell:
with a hundred open tasks, hundreds of labels are asked for before the first one closes. One label
alone teaches nothing, two do. Where there is a prior, a second label is asked for if the first
contradicts it; such tasks by themselves would show labelers at their worst, so they wait.
"""

from __future__ import annotations

from bandit.labels.agreement import ENOUGH_LABELS

LEAST_LABELS = 2
"""Labels of an open task from which on they teach: each is compared with the others."""


def teaches_at_once(labels: int, known: int) -> bool:
    """Return whether the labels of an open task without a prior teach at once.

    Parameters
    ----------
    labels
        Those of the task.
    known
        Labels of the project that have been learned.

    Examples
    --------
    >>> teaches_at_once(2, 40), teaches_at_once(1, 40)
    (True, False)
    """
    return labels >= LEAST_LABELS and known < ENOUGH_LABELS
