"""What readers raise when a file is not what its name says, as one line."""

from __future__ import annotations

import zlib

import pyarrow as pa

from bandit.errors import InputError

UNREADABLE = (pa.ArrowException, OSError, EOFError, UnicodeDecodeError, zlib.error)
"""What readers raise when a file is not what its name says, or damaged."""


def unreadable(name: str, error: Exception) -> InputError:
    """Turn a reader's exception into one line.

    Examples
    --------
    >>> unreadable("log.csv.gz", EOFError("no end marker"))
    InputError("log.csv.gz: can't be read: it ends too early (no end marker)")
    """
    message = (
        "; ".join(map(str, error.args)) if isinstance(error, pa.ArrowException) else str(error)
    )
    reason = message.strip().splitlines()[0] if message.strip() else type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        reason = error.strerror
    if isinstance(error, UnicodeDecodeError) or "invalid UTF8" in reason:
        reason = f"it isn't UTF-8: save it as UTF-8 ({reason})"
    if isinstance(error, EOFError) or "truncated" in reason.lower():
        reason = f"it ends too early ({reason})"
    return InputError(f"{name}: can't be read: {reason}")
