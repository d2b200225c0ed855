"""Metrics for Prometheus: the published status, and the timings of the loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder

from streams.monitor.health import Reason
from streams.process.timings import BATCH_RECORDS, BATCH_S, COMMIT_S, RESTORE_S
from streams.worker.open_limits import LIMITS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client.core import Metric

    from streams.monitor.health import Board, Status
    from streams.process.timings import Timing

COUNTERS = {
    "handled": ("poolwise_records_handled", "Records processed and committed, including ticks"),
    "forwarded": ("poolwise_records_forwarded", "Records forwarded to the partition of their key"),
    "late_predictions": (
        "poolwise_predictions_late",
        "Predictions ignored because they came after their task's first decision",
    ),
    "ignored_fields": ("poolwise_ignored_fields", "Unknown fields of events, ignored"),
    "learned": ("poolwise_rewards_learned", "Rewards learned by this process"),
    "unreadable_rewards": (
        "poolwise_rewards_unreadable",
        "Rewards skipped because they could not be read",
    ),
    "snapshots": ("poolwise_snapshots", "Snapshots of the model written"),
    "snapshots_failed": (
        "poolwise_snapshots_failed",
        "Snapshots whose commit failed or had an unknown outcome",
    ),
    "unreadable_snapshots": (
        "poolwise_snapshots_unreadable",
        "Snapshots skipped at a start because they could not be read",
    ),
    "rewards_lost": (
        "poolwise_rewards_lost",
        "Rewards deleted before they were learned, by their offsets",
    ),
    "commits_unknown": (
        "poolwise_commits_unknown",
        "Commits whose outcome was unknown and had to be looked up",
    ),
    "ticks_refused": (
        "poolwise_ticks_refused",
        "Own ticks that were refused because of a wrong clock",
    ),
    "rebalances": ("poolwise_rebalances", "Changes of the partitions held"),
}
"""Figures that only grow: metric and help text."""

GAUGES = {
    "open_tasks": ("poolwise_open_tasks", "Tasks without a verdict"),
    "halted_tasks": (
        "poolwise_halted_tasks",
        "Open tasks stopped by an order, for lack of an eligible pool, or until a better one opens",
    ),
    "open_asks": ("poolwise_open_asks", "Asks that have neither a label nor expired"),
}
"""Figures that go up and down: metric and help text."""

WRITTEN = ("poolwise_records_written", "Records committed, by topic")
DEAD_LETTERS = (
    "poolwise_dead_letters",
    "Dead letters committed, by the rule that the record broke",
)
LAG = ("poolwise_lag_records", "Consumer lag: committed records not read yet")
HELD = ("poolwise_held_partitions", "Partitions held by this worker; 0 for a learner")
PAUSED = ("poolwise_paused", "1 if no new tasks are read because this limit of [worker] is reached")
SKEW = ("poolwise_clock_skew_seconds", "Seconds that this machine's clock is ahead of the brokers'")
NOT_READY = ("poolwise_not_ready", "1 if the process is not ready for this reason")
TURN_AGE = ("poolwise_turn_age_seconds", "Seconds since the main loop last completed an iteration")
MODEL_AGE = (
    "poolwise_model_age_seconds",
    "Seconds since the learner last confirmed the model that is followed",
)
MODEL_POSITION = ("poolwise_model_position", "Offset in rewards up to which the model has learned")

TIMES_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 300)
"""Bounds from a commit to SQLite to the restore of a million tasks."""

HISTOGRAMS = {
    BATCH_S: (
        "poolwise_batch_seconds",
        "Seconds from the first record of a batch to the end of its commit",
        TIMES_S,
    ),
    COMMIT_S: ("poolwise_commit_seconds", "Seconds that a commit took", TIMES_S),
    RESTORE_S: ("poolwise_restore_seconds", "Seconds to load the state of a partition", TIMES_S),
    BATCH_RECORDS: (
        "poolwise_batch_records",
        "Records per batch",
        (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000),
    ),
}
"""Timings: metric, help text and bounds of the buckets."""


def names() -> frozenset[str]:
    """Names of all our time series, as queries use them.

    Examples
    --------
    >>> "poolwise_records_handled_total" in names(), "poolwise_batch_seconds_bucket" in names()
    (True, True)
    """
    counters = [WRITTEN[0], DEAD_LETTERS[0], *(metric for metric, _ in COUNTERS.values())]
    gauges = [metric for metric, _ in (LAG, HELD, PAUSED, SKEW, NOT_READY, TURN_AGE, MODEL_AGE)]
    gauges += [MODEL_POSITION[0], *(metric for metric, _ in GAUGES.values())]
    histograms = [metric for metric, _, _ in HISTOGRAMS.values()]
    return frozenset(
        [f"{name}_total" for name in counters]
        + gauges
        + [f"{name}_{part}" for name in histograms for part in ("bucket", "sum", "count")]
    )


class Metrics:
    """All metrics of one process, in a registry of their own.

    Parameters
    ----------
    board
        The published status.
    """

    def __init__(self, board: Board) -> None:
        self._board = board
        self._registry = CollectorRegistry()
        self._histograms = {
            timing: Histogram(name, what, registry=self._registry, buckets=bounds)
            for timing, (name, what, bounds) in HISTOGRAMS.items()
        }
        ProcessCollector(registry=self._registry)  # memory, files and processor time
        self._registry.register(self)

    def observe(self, timing: Timing, value: float) -> None:
        """Record a value of one of `streams.process.timings`."""
        self._histograms[timing].observe(value)

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """All metrics in a format that the client accepts, and its content type."""
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type

    def describe(self) -> list[Metric]:
        """Nothing: names are known only after the first turn."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield the published status; called by Prometheus's client."""
        reasons = self._board.not_ready()
        not_ready = GaugeMetricFamily(*NOT_READY, labels=["reason"])
        for reason in Reason:
            not_ready.add_metric([reason.value], float(reason in reasons))
        yield not_ready
        yield GaugeMetricFamily(*TURN_AGE, value=self._board.turn_age_s())
        status = self._board.status  # read once: the loop may replace it
        if status is not None:
            yield from _of_figures(status)
            yield from _of_state(status)


def _of_figures(status: Status) -> Iterator[Metric]:
    """Yield the figures of the process; a learner has no figure of open tasks, not a zero."""
    for figure, about in COUNTERS.items():
        if figure in status.figures:
            yield CounterMetricFamily(*about, value=status.figures[figure])
    for figure, about in GAUGES.items():
        if figure in status.figures:
            yield GaugeMetricFamily(*about, value=status.figures[figure])
    for about, label, counts in (
        (WRITTEN, "topic", status.written),
        (DEAD_LETTERS, "rule", status.dead_letters),
    ):
        counter = CounterMetricFamily(*about, labels=[label])
        for what, count in counts.items():
            counter.add_metric([what], count)
        yield counter


def _of_state(status: Status) -> Iterator[Metric]:
    lag = GaugeMetricFamily(*LAG, labels=["topic", "partition"])
    for place, records in status.lag.items():
        lag.add_metric([place.topic, str(place.partition)], records)
    yield lag
    yield GaugeMetricFamily(*HELD, value=status.held)
    paused = GaugeMetricFamily(*PAUSED, labels=["limit"])
    for limit in LIMITS:
        paused.add_metric([limit], float(status.paused == limit))
    yield paused
    if status.clock_skew_s is not None:
        yield GaugeMetricFamily(*SKEW, value=status.clock_skew_s)
    yield GaugeMetricFamily(*MODEL_POSITION, value=status.model_position)
    if status.model_age_s is not None:
        yield GaugeMetricFamily(*MODEL_AGE, value=status.model_age_s)
