"""Writes the reference of the metrics from their names and help texts."""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily

from streams.config.config import Config, WorkerSettings
from streams.core import engine_maker
from streams.learner.learner_process import LearnerProcess
from streams.monitor import metrics
from streams.monitor.health import Board, Limits
from streams.shadow.shadow import Shadow
from streams.worker.worker import Worker
from tests.streams.scenes import SETTINGS, new_log

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = """# Metrics

<!-- Generated: change the metrics, then run `python tests/test_documents.py`. -->

Served at `/metrics` in the text format of Prometheus, if `metrics.port` is set or with
`--metrics-port`. `docs/grafana.json` shows all of them, `docs/deploy/alerts.yaml` has the alerts;
[the operator's guide](../operator.md#alerts) says what to do about each. Of each histogram
Prometheus sees `_bucket`, `_sum` and `_count`. "All" are `work`, `work --follow`, `learn` and
`work --shadow`.

| metric | kind | labels | exported by | meaning |
|---|---|---|---|---|"""
SHADOW = "work --shadow"
PROCESSES = ("work", "work --follow", "learn", SHADOW)


def described(value: Any) -> Iterator[tuple[str, str]]:
    """Yield each (name, help) that is a value of the metrics' module, or in a table of it."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from described(inner)
    elif isinstance(value, tuple) and value and str(value[0]).startswith("poolwise_"):
        yield value[0], value[1]


def exports() -> Iterator[tuple[str, Any]]:
    """Yield each process with each metric that it exports, from processes that run for a turn.

    Two metrics appear only where their value is known: the clock's skew (on Kafka, by workers), and
    the age of a model (where one is followed).
    """
    with tempfile.TemporaryDirectory() as folder:
        for process in PROCESSES:
            with closing(new_log(Path(folder) / f"{process}.db")) as log:
                make_core, settings = engine_maker(SETTINGS, 1), WorkerSettings()
                running: Any
                if process == "learn":
                    running = LearnerProcess(log, make_core, settings)
                elif process == SHADOW:
                    running = Shadow(log, SETTINGS)
                else:
                    running = Worker(log, make_core, settings, follow="follow" in process)
                with closing(running):
                    running.run(until_idle=True)
                    board = Board(Limits.of(Config()))
                    board.publish(running)
                    for family in metrics.Metrics(board).collect():
                        if process != SHADOW or family.samples:  # it writes nothing, ever
                            yield process, family
            for name, _, _ in metrics.HISTOGRAMS.values():
                yield process, HistogramMetricFamily(name, "")
            if process in {"work", "work --follow"}:
                yield process, GaugeMetricFamily(*metrics.SKEW)


def labels_of(family: Any) -> tuple[str, ...]:
    """Return the names of a metric's labels; those of a histogram's buckets are left out."""
    return tuple(getattr(family, "_labelnames", ()))


def metrics_page() -> str:
    """Return the page, with a row for each metric, by name."""
    known, lines, labels = metrics.names(), [], {}
    exported: dict[str, list[str]] = {}
    for process, family in exports():
        exported.setdefault(family.name, []).append(process)
        labels[family.name] = ", ".join(f"`{name}`" for name in labels_of(family))
    for name, meaning in sorted(set(described(vars(metrics)))):
        kinds = {f"{name}_total": "counter", name: "gauge", f"{name}_bucket": "histogram"}
        kind = next(kind for full, kind in kinds.items() if full in known)
        shown = f"{name}_total" if kind == "counter" else name
        by = exported[name]
        who = "all" if len(by) == len(PROCESSES) else ", ".join(f"`{process}`" for process in by)
        lines.append(f"| `{shown}` | {kind} | {labels[name]} | {who} | {meaning} |")
    return HEAD + "\n" + "\n".join(lines) + "\n"
