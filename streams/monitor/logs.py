"""The worker's own log: what happens to it, one event a line on standard error.

Rule 1: an event is a few words joined by _, what goes with it are fields; no text is composed.
Rule 2: a secret is in no event: what is called like one is masked, and a traceback shows no values.
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any

import structlog

from streams.config.log_settings import SECRET

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

    from streams.config.config import LogsSettings


class Forwarder(logging.Handler):
    """Makes an event of what another library logs."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            more: dict[str, Any] = {"exc_info": record.exc_info} if record.exc_info else {}
            said = record.getMessage()
            structlog.get_logger().log(
                record.levelno, "library_says", logger=record.name, message=said, **more
            )
        except Exception:  # noqa: BLE001, what can't be logged must not stop the worker
            self.handleError(record)


FORWARDER = Forwarder(logging.WARNING)
"""The one there is, so that setting up twice doubles no line."""


def set_up(settings: LogsSettings) -> None:
    """Let `structlog.get_logger()` write as `settings` say; times are UTC in ISO 8601.

    Called once, by the command. kafka-python's warnings become events too, except on a console
    that was told nothing else.
    """
    json = settings.format == "json"
    level = settings.level or ("info" if json else "warning")
    renderer: Any
    if json:
        renderer = structlog.processors.JSONRenderer()
    else:
        # The renderer's own default prints the values of local variables with a traceback.
        renderer = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _masked,
            *([structlog.processors.format_exc_info] if json else []),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_to_standard_error,
        cache_logger_on_first_use=False,
    )
    kafka = logging.getLogger("kafka")
    # It warns of each lost connection, which is ours to say if it matters; and below warnings, it
    # tells of every request.
    kafka.setLevel(logging.WARNING if json or settings.level else logging.CRITICAL)
    kafka.propagate = False
    kafka.addHandler(FORWARDER)


def _to_standard_error(*_: object) -> structlog.PrintLogger:
    """Make what prints; on today's standard error, which may have been replaced since."""
    return structlog.PrintLogger(sys.stderr)


def _masked(_logger: object, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Mask every field that is called like a secret."""
    return {key: "***" if SECRET.search(key) else value for key, value in event.items()}
