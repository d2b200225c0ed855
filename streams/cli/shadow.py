"""What `poolwise work --shadow` runs."""

from __future__ import annotations

from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

from streams.cli.options import open_log

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from streams.config.config import Config
    from streams.monitor.health import Watched


def run_shadow(
    config: Config,
    *,
    file: Path | None,
    follow: bool,
    from_now: bool,
    until_idle: bool,
    stop: Callable[[], bool],
    publish: Callable[[Watched], None],
) -> dict[str, Any]:
    """Run a shadow on the log of `config` until it is to stop; return its report."""
    from streams.process.progress import Counting
    from streams.shadow.log import ShadowLog
    from streams.shadow.shadow import Shadow

    with ExitStack() as stack:
        opened = stack.enter_context(closing(open_log(config.log.address, config.log)))
        noted = stack.enter_context(closing(ShadowLog(file))) if file else None
        counting = stack.enter_context(closing(Counting("decisions compared")))

        def progress(shadow: Shadow) -> None:
            counting.show(shadow.tally.decisions)
            publish(shadow)

        running = Shadow(
            opened,
            config.core,
            file=noted,
            follow=follow,
            from_now=from_now,
            progress=progress,
        )
        stack.enter_context(closing(running))
        running.run(until_idle=until_idle, poll_s=config.worker.poll_s, stop=stop)
        return running.report()
