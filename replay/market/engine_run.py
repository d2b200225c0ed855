"""One run of a fresh engine through a market, simulated or recorded, in process or on a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.engine.engine import Engine
from bandit.learn.brain import Brain
from replay.market.drive import Drive
from replay.market.logged import run_logged
from replay.market.outcome import taken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bandit.events import Input, Verdict
    from bandit.settings import Settings
    from replay.market.drive import Labelers
    from replay.market.logged import Opening
    from replay.market.outcome import Outcome


def run_engine(
    labelers: Labelers,
    events: Iterable[Input],
    settings: Settings,
    name: str,
    watch: Callable[[Verdict], None] | None = None,
    opening: Opening | None = None,
) -> Outcome:
    """Let an untrained engine decide on `events`, with `labelers` answering its asks.

    `watch` sees each verdict; `name` is the market's, for messages. With `opening`, which opens a
    new log, the engine is that of a worker on this log.

    Raises
    ------
    BadValue
        If the engine refuses any event.
    """
    if opening is not None:
        return taken(run_logged(labelers, events, settings, opening, watch), name)
    engine = Engine(settings, Brain(settings), partitions=1)
    drive = Drive(engine, labelers, settings.clock.max_jump_s / 2, watch)
    return taken(drive.run(events), name)
