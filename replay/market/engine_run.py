"""One run of a fresh engine through a market, simulated or recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.engine.engine import Engine
from bandit.learn.brain import Brain
from replay.market.drive import Drive
from replay.market.outcome import taken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bandit.events import Input, Verdict
    from bandit.settings import Settings
    from replay.market.drive import Labelers
    from replay.market.outcome import Outcome


def run_engine(
    labelers: Labelers,
    events: Iterable[Input],
    settings: Settings,
    name: str,
    watch: Callable[[Verdict], None] | None = None,
) -> Outcome:
    """Let an untrained engine decide on `events`, with `labelers` answering its asks.

    `watch` sees each verdict; `name` is the market's, for messages.

    Raises
    ------
    BadValue
        If the engine refuses any event.
    """
    engine = Engine(settings, Brain(settings), partitions=1)
    drive = Drive(engine, labelers, settings.clock.max_jump_s / 2, watch)
    return taken(drive.run(events), name)
