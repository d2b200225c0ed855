"""Writes the reference of the metrics from their names and help texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streams.monitor import metrics

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = """# Metrics

<!-- Generated: change the metrics, then run `python tests/test_documents.py`. -->

Served at `/metrics` in the text format of Prometheus, if `metrics.port` is set or with
`--metrics-port`. `docs/grafana.json` shows all of them, `docs/deploy/alerts.yaml` has the alerts;
[the operator's guide](../operator.md#alerts) says what to do about each. A learner exports no open
tasks. Of each histogram Prometheus sees `_bucket`, `_sum` and `_count`.

| metric | kind | meaning |
|---|---|---|"""


def described(value: Any) -> Iterator[tuple[str, str]]:
    """Yield each (name, help) that is a value of the metrics' module, or in a table of it."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from described(inner)
    elif isinstance(value, tuple) and value and str(value[0]).startswith("poolwise_"):
        yield value[0], value[1]


def metrics_page() -> str:
    """Return the page, with a row for each metric, by name."""
    known, lines = metrics.names(), []
    for name, meaning in sorted(set(described(vars(metrics)))):
        kinds = {f"{name}_total": "counter", name: "gauge", f"{name}_bucket": "histogram"}
        kind = next(kind for full, kind in kinds.items() if full in known)
        shown = f"{name}_total" if kind == "counter" else name
        lines.append(f"| `{shown}` | {kind} | {meaning} |")
    return HEAD + "\n" + "\n".join(lines) + "\n"
