"""Log of the process itself: one event a line, on standard error.

Rule 1: an event is a name joined by _, its values are fields; no text is composed.
Rule 2: no event holds a secret: fields named like one are masked, tracebacks show no values.
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
    """Forwards log records of other libraries as events."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            more: dict[str, Any] = {"exc_info": record.exc_info} if record.exc_info else {}
            message = record.getMessage()
            structlog.get_logger().log(
                record.levelno, "library_says", logger=record.name, message=message, **more
            )
        except Exception:  # noqa: BLE001, what can't be logged must not stop the worker
            self.handleError(record)


FORWARDER = Forwarder(logging.WARNING)
"""A single instance, so that setting up twice doubles no line."""


def set_up(settings: LogsSettings) -> None:
    """Configure `structlog.get_logger()`; times are UTC in ISO 8601.

    Called once, by the command. Warnings of kafka-python become events too, except on a console
    without a configured level.
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
    # It warns of each lost connection, which we report if it matters; and below warnings, it logs
    # every request.
    kafka.setLevel(logging.WARNING if json or settings.level else logging.CRITICAL)
    kafka.propagate = False
    kafka.addHandler(FORWARDER)


def _to_standard_error(*_: object) -> structlog.PrintLogger:
    """Make what prints; on today's standard error, which may have been replaced since."""
    return structlog.PrintLogger(sys.stderr)


def _masked(_logger: object, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Mask every field that is named like a secret."""
    return {key: "***" if SECRET.search(key) else value for key, value in event.items()}
