"""Metrics for Prometheus: what the loop said of itself, and how long its parts took."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder

from streams.monitor.health import REASONS
from streams.process.timings import BATCH_RECORDS, BATCH_S, COMMIT_S, RESTORE_S
from streams.worker.open_limits import LIMITS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client.core import Metric

    from streams.monitor.health import Board, Seen
    from streams.process.timings import Timing

COUNTERS = {
    "handled": ("poolwise_records_handled", "Records taken in and committed, ticks too"),
    "forwarded": ("poolwise_records_forwarded", "Records passed on to their own partition"),
    "ignored_fields": ("poolwise_ignored_fields", "Fields of events that poolwise doesn't know"),
    "learned": ("poolwise_rewards_learned", "Rewards learned by this process"),
    "unreadable_rewards": ("poolwise_rewards_unreadable", "Rewards passed over, unreadable"),
    "snapshots": ("poolwise_snapshots", "Snapshots of the model written"),
    "snapshots_failed": ("poolwise_snapshots_failed", "Snapshots whose commit is not known"),
    "unreadable_snapshots": ("poolwise_snapshots_unreadable", "Snapshots passed over at a start"),
    "rewards_lost": (
        "poolwise_rewards_lost",
        "Offsets of rewards deleted before they were learned",
    ),
    "commits_unknown": ("poolwise_commits_unknown", "Commits whose outcome had to be looked up"),
    "ticks_refused": ("poolwise_ticks_refused", "Ticks of our own clock that weren't believed"),
    "rebalances": ("poolwise_rebalances", "Times that the partitions held have changed"),
}
"""Of each figure that only grows: its metric, and what it means."""

GAUGES = {
    "open_tasks": ("poolwise_open_tasks", "Tasks without a verdict"),
    "halted_tasks": (
        "poolwise_halted_tasks",
        "Open tasks that an order or the want of a pool stopped",
    ),
    "open_asks": ("poolwise_open_asks", "Asks that are awaited"),
}
"""Of each figure that goes up and down: its metric, and what it means."""

WRITTEN = ("poolwise_records_written", "Records committed, by topic")
DEAD_LETTERS = ("poolwise_dead_letters", "Dead letters committed, by the rule that was broken")
LAG = ("poolwise_lag_records", "Committed records not read yet")
HELD = ("poolwise_held_partitions", "Partitions that this worker holds")
PAUSED = ("poolwise_paused", "Whether further tasks wait because this limit of [worker] is reached")
SKEW = ("poolwise_clock_skew_seconds", "How far this clock is ahead of the brokers'")
NOT_READY = ("poolwise_not_ready", "Whether this is why the worker is not ready")
TURN_AGE = ("poolwise_turn_age_seconds", "Time since the loop last turned")
MODEL_AGE = ("poolwise_model_age_seconds", "Age of the model that is followed")
MODEL_POSITION = ("poolwise_model_position", "Offset in rewards up to which the model has learned")

TIMES_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 300)
"""Bounds from a commit to SQLite to the restore of a million tasks."""

HISTOGRAMS = {
    BATCH_S: ("poolwise_batch_seconds", "Time from a batch to its commit", TIMES_S),
    COMMIT_S: ("poolwise_commit_seconds", "Time of a commit", TIMES_S),
    RESTORE_S: ("poolwise_restore_seconds", "Time to read back a partition's desk", TIMES_S),
    BATCH_RECORDS: (
        "poolwise_batch_records",
        "Records in a batch",
        (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000),
    ),
}
"""Of each timing: its metric, what it means, and its bounds."""


def names() -> frozenset[str]:
    """Every name of ours that a query may use.

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
        Where the loop says how it is.
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
        """Note one value of one of `streams.process.timings`."""
        self._histograms[timing].observe(value)

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """All metrics in a form that a client accepts, and the name of the form."""
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type

    def describe(self) -> list[Metric]:
        """Nothing: before the first turn there is nothing to tell names from."""
        return []

    def collect(self) -> Iterator[Metric]:
        """What the loop last said; Prometheus's client calls it."""
        reasons = self._board.not_ready()
        not_ready = GaugeMetricFamily(*NOT_READY, labels=["reason"])
        for reason in REASONS:
            not_ready.add_metric([reason], float(reason in reasons))
        yield not_ready
        yield GaugeMetricFamily(*TURN_AGE, value=self._board.turn_age_s())
        seen = self._board.seen  # once: the loop may put another in its place
        if seen is not None:
            yield from _of_figures(seen)
            yield from _of_state(seen)


def _of_figures(seen: Seen) -> Iterator[Metric]:
    """Each figure there is; a learner has no open tasks, so it doesn't say that none are open."""
    for figure, about in COUNTERS.items():
        if figure in seen.figures:
            yield CounterMetricFamily(*about, value=seen.figures[figure])
    for figure, about in GAUGES.items():
        if figure in seen.figures:
            yield GaugeMetricFamily(*about, value=seen.figures[figure])
    for about, label, counts in (
        (WRITTEN, "topic", seen.written),
        (DEAD_LETTERS, "rule", seen.dead_letters),
    ):
        counter = CounterMetricFamily(*about, labels=[label])
        for what, count in counts.items():
            counter.add_metric([what], count)
        yield counter


def _of_state(seen: Seen) -> Iterator[Metric]:
    lag = GaugeMetricFamily(*LAG, labels=["topic", "partition"])
    for place, records in seen.lag.items():
        lag.add_metric([place.topic, str(place.partition)], records)
    yield lag
    yield GaugeMetricFamily(*HELD, value=seen.held)
    paused = GaugeMetricFamily(*PAUSED, labels=["limit"])
    for limit in LIMITS:
        paused.add_metric([limit], float(seen.paused == limit))
    yield paused
    if seen.clock_skew_s is not None:
        yield GaugeMetricFamily(*SKEW, value=seen.clock_skew_s)
    yield GaugeMetricFamily(*MODEL_POSITION, value=seen.model_position)
    if seen.model_age_s is not None:
        yield GaugeMetricFamily(*MODEL_AGE, value=seen.model_age_s)
