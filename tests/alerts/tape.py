"""What Prometheus would have scraped: every sample of some targets, with a time of its own.

Time on the tape passes as told, so that half an hour of a state that is really there is on it in a
second.
"""

from __future__ import annotations

import time
import urllib.error
from typing import TYPE_CHECKING, NamedTuple

from prometheus_client.parser import text_string_to_metric_families

from tests.streams.monitor.test_endpoint import get

if TYPE_CHECKING:
    from tests.alerts.functions import Labels, Vector
    from tests.alerts.promql import Selector

EVERY_S = 15.0
"""As the annotations of most clusters have it."""

STALE_S = 300.0
JOB = "poolwise"


class Scrape(NamedTuple):
    """What one target said at a time; nothing, if it did not answer."""

    at: float
    samples: dict[str, dict[Labels, float]]


class Tape:
    """Scrapes of targets, by the name of each."""

    def __init__(self) -> None:
        self.ports: dict[str, int] = {}
        self._ahead_s = 0.0
        self._scrapes: dict[str, list[Scrape]] = {}
        self.times: list[float] = []

    def now(self) -> float:
        """Return the time on the tape, which is ahead of the monotonic clock."""
        return time.monotonic() + self._ahead_s

    def scrape(self, passing_s: float = EVERY_S) -> None:
        """Let time pass, and scrape all."""
        self._ahead_s += passing_s
        self.times.append(self.now())
        for target, port in self.ports.items():
            samples = _said(port, target)
            self._scrapes.setdefault(target, []).append(Scrape(self.times[-1], samples))

    def instant(self, selector: Selector, at: float) -> Vector:
        """Return the newest value of each series, unless its target has fallen silent since."""
        at -= selector.offset_s
        values: dict[Labels, float] = {}
        for scrapes in self._scrapes.values():
            seen = [scrape for scrape in scrapes if at - STALE_S < scrape.at <= at]
            if seen:
                values |= _fitting(seen[-1], selector)
        return values

    def range(
        self, selector: Selector, at: float, range_s: float
    ) -> dict[Labels, list[tuple[float, float]]]:
        """Return the points of each series within a range."""
        at -= selector.offset_s
        values: dict[Labels, list[tuple[float, float]]] = {}
        for scrapes in self._scrapes.values():
            for scrape in scrapes:
                if at - range_s < scrape.at <= at:
                    for labels, value in _fitting(scrape, selector).items():
                        values.setdefault(labels, []).append((scrape.at, value))
        return values


def _fitting(scrape: Scrape, selector: Selector) -> dict[Labels, float]:
    series = scrape.samples.get(selector.name, {})
    return {labels: value for labels, value in series.items() if selector.fits(dict(labels))}


def _said(port: int, target: str) -> dict[str, dict[Labels, float]]:
    """Return all samples of a target, with the labels that Prometheus adds."""
    ours = {"job": JOB, "instance": target}
    try:
        text = get(port, "/metrics").text
    except (OSError, urllib.error.URLError):
        return {"up": {frozenset(ours.items()): 0.0}}
    values: dict[str, dict[Labels, float]] = {"up": {frozenset(ours.items()): 1.0}}
    for family in text_string_to_metric_families(text):
        for name, labels, value, *_ in family.samples:
            values.setdefault(name, {})[frozenset((labels | ours).items())] = value
    return values
