"""The report of `prune` on a log: records by topic, what is kept and why, and a closing line."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from bandit.counted import counted
from streams.process.moment import moment
from streams.process.table import aligned

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from streams.prune.pruning import Cut
    from streams.prune.space import Size

MB = 1e6


class LogReport(NamedTuple):
    """Records deleted, or to be deleted; `size` is the file's before, `now` after.

    `archive` is the folder whose contents were checked first, if one was given.
    """

    name: str
    before: float
    cuts: tuple[Cut, ...]
    dry_run: bool
    size: Size
    now: Size
    archive: Path | None = None

    def lines(self) -> Iterator[str]:
        """Yield the lines for people."""
        deleted = self._deleted()
        verb = "would be deleted" if self.dry_run else "deleted"
        if deleted.total():
            total: Counter[str] = Counter()
            for cut in self.cuts:
                total[cut.place.topic] += cut.last + 1 - cut.first
            rows = ((topic, f"{total[topic]:,}", f"{n:,}") for topic, n in deleted.items() if n)
            yield from aligned(("topic", "records", verb), rows)
        for cut in self.cuts:
            if cut.why:
                place = f"{cut.place.topic}/{cut.place.partition}"
                yield f"{place}: old records from offset {cut.end} on are kept: {cut.why}"
        yield "The last record of each partition is always kept."
        yield (
            "No archive was checked: without --archive FOLDER, decisions, rewards and verdicts are"
            " deleted even if no archive has them."
            if self.archive is None
            else f"Archive {self.archive} was checked: records that it does not have are kept."
        )
        dry = "dry run, nothing was deleted: " if self.dry_run else ""
        line = f"{self.name}: {dry}{counted(deleted.total(), 'record')} older than"
        line += f" {moment(self.before)} {verb}"
        if not self.dry_run:
            line += f"; file size: {self.now.n_bytes / MB:.1f} MB"
            line += f", {self.now.free / MB:.1f} MB of it free for new records"
        yield line

    def figures(self) -> dict[str, Any]:
        """Return the same for a program."""
        held = [
            {"topic": cut.place.topic, "partition": cut.place.partition, "at": cut.end, "why": why}
            for cut in self.cuts
            if (why := cut.why)
        ]
        return {
            "before": self.before,
            "dry_run": self.dry_run,
            "deleted": self._deleted(),
            "held_back": held,
            "bytes": self.now.n_bytes,
            "bytes_before": self.size.n_bytes,
            "bytes_free": self.now.free,
        }

    def _deleted(self) -> Counter[str]:
        """Return the number of records by topic."""
        deleted: Counter[str] = Counter()
        for cut in self.cuts:
            deleted[cut.place.topic] += cut.records
        return deleted
