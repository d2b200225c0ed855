"""What `prune` says of a log: a line for each topic with something old, and a closing line."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from streams.process.showing import counted
from streams.prune.before import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.prune.pruning import Cut
    from streams.prune.space import Size

MB = 1e6


class LogReport(NamedTuple):
    """What went, or would go, of a log; `size` is its file's before, `now` that after."""

    name: str
    before: float
    cuts: tuple[Cut, ...]
    dry_run: bool
    size: Size
    now: Size

    def lines(self) -> Iterator[str]:
        """Yield the lines for a person."""
        for topic, cuts in groupby(self.cuts, key=lambda cut: cut.place.topic):
            yield from _of_topic(topic, list(cuts))
        gone = sum(cut.records for cut in self.cuts)
        verb = "would be deleted" if self.dry_run else "deleted"
        line = f"{self.name}: {counted(gone, 'record')} from before {shown(self.before)} {verb}"
        if not self.dry_run:
            line += f"; the file has {self.now.n_bytes / MB:.1f} MB"
            line += f", of which {self.now.free / MB:.1f} are free for new records"
        yield line

    def figures(self) -> dict[str, Any]:
        """Return the same for a program."""
        gone: Counter[str] = Counter()
        for cut in self.cuts:
            gone[cut.place.topic] += cut.records
        held = [
            {"topic": cut.place.topic, "partition": cut.place.partition, "at": cut.end, "why": why}
            for cut in self.cuts
            if (why := cut.why)
        ]
        return {
            "before": self.before,
            "dry_run": self.dry_run,
            "deleted": gone,
            "held_back": held,
            "bytes": self.now.n_bytes,
            "bytes_before": self.size.n_bytes,
            "bytes_free": self.now.free,
        }


def _of_topic(topic: str, cuts: list[Cut]) -> Iterator[str]:
    gone = sum(cut.records for cut in cuts)
    there = sum(cut.last + 1 - cut.first for cut in cuts)
    if gone:
        yield f"{topic:12} {gone:>11,} of {counted(there, 'record')}"
    for cut in cuts:
        if cut.why:
            place = f"{topic}/{cut.place.partition}"
            yield f"{place:12} older ones stay from offset {cut.end} on: {cut.why}"
