"""A queue of labels simulated on paths of demand: how long an ask waits until it is begun.

Asks of an hour come at uniform moments; labelers work off one queue in the order of arrival, at as
many labels an hour as they do together. Waits follow Lindley's recursion (1952, Proc. Cambridge
Philosophical Society 48(2), 277-289). For several labelers the wait is a little less than that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_ASKS = 1000
"""Asks simulated in an hour; of more, several are taken together."""


class QueuePaths:
    """Queues of one pool, one a path of demand, hour after hour.

    Parameters
    ----------
    demand
        Asks by path and hour, shape (paths, hours).
    seed
        Of the moments within hours.
    """

    def __init__(self, demand: NDArray[np.float64], seed: int = 0) -> None:
        self._demand = np.round(demand).astype(np.int64)
        self._rng = np.random.default_rng(seed)
        self._batch = max(1, int(np.ceil(self._demand.max(initial=0) / MOST_ASKS)))
        self.waiting = np.zeros(len(demand))
        self._hour = -1
        self._at = np.empty((0, 0))
        self._last = np.zeros(len(demand), dtype=np.int64)

    def next_hour(self) -> bool:
        """Move to the next hour and draw its moments; whether any path has asks in it."""
        self._hour += 1
        counts = -(-self._demand[:, self._hour] // self._batch)
        most = int(counts.max(initial=0))
        drawn = self._rng.random((len(counts), most))
        drawn[np.arange(most) >= counts[:, None]] = np.inf
        self._at = np.sort(drawn, axis=1)
        self._last = counts
        return most > 0

    def waits(self, labels_per_hour: float) -> NDArray[np.float64]:
        """Return the waits of this hour's asks in hours, shape (paths, asks), NaN beyond them."""
        if labels_per_hour <= 0.0:
            return np.where(np.isfinite(self._at), np.inf, np.nan)
        there = np.isfinite(self._at)
        waits = np.full(self._at.shape, np.nan)
        waits[there] = self._begun(labels_per_hour)[there] - self._at[there]
        return waits

    def work(self, labels_per_hour: float) -> None:
        """Let this hour pass; what isn't begun by its end waits (`waiting`, asks by path)."""
        backlog = self.waiting + self._last * self._batch
        if labels_per_hour <= 0.0:
            self.waiting = backlog.astype(np.float64)
            return
        step = self._batch / labels_per_hour
        done = self.waiting / labels_per_hour
        if self._at.shape[1]:
            begun = np.where(np.isfinite(self._at), self._begun(labels_per_hour), -np.inf)
            done = np.maximum(done, begun.max(axis=1) + step)
        self.waiting = np.maximum(0.0, done - 1.0) * labels_per_hour

    def _begun(self, labels_per_hour: float) -> NDArray[np.float64]:
        """Return when each ask is begun: max over j <= i of (at[j] - j step) + i step."""
        step = self._batch / labels_per_hour
        number = np.arange(self._at.shape[1]) * step
        latest = np.maximum.accumulate(self._at - number, axis=1)
        begun: NDArray[np.float64] = np.maximum(latest, (self.waiting / labels_per_hour)[:, None])
        return begun + number


def share_in_time(waits: NDArray[np.float64], most_hours: float) -> float:
    """Return the share of asks that wait no longer; 1 without asks.

    Examples
    --------
    >>> share_in_time(np.array([[0.1, 0.5], [0.2, np.nan]]), 0.25)
    0.6666666666666666
    """
    there = ~np.isnan(waits)
    return float((waits[there] <= most_hours).mean()) if there.any() else 1.0


def service(
    demand: NDArray[np.float64],
    labels_per_hour: NDArray[np.float64],
    most_hours: float,
    seed: int = 0,
) -> NDArray[np.float64]:
    """Return the share of each hour's asks that are begun in time, at given capacities.

    Examples
    --------
    >>> service(np.full((50, 2), 30.0), np.array([60.0, 20.0]), 0.1).round(1).tolist()
    [1.0, 0.2]
    """
    queue = QueuePaths(demand, seed)
    shares = []
    for capacity in labels_per_hour.tolist():
        queue.next_hour()
        shares.append(share_in_time(queue.waits(capacity), most_hours))
        queue.work(capacity)
    return np.array(shares)
