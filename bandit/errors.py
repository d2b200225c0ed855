"""The tree of errors that poolwise raises on purpose.

PoolwiseError                  exit code 1: one clear line, no traceback
├── InputError                 a file, row or record of the user can't be used
│   ├── MissingInput           the input doesn't exist, or it is empty
│   ├── UnknownColumn          a column that the file doesn't have
│   └── BadValue               a value that breaks its rule (propensity 0, reward NaN, ...)
├── ConfigError                a setting is unknown or out of range
├── EventError                 an event breaks a rule: it becomes a dead letter
│   └── TickNotBelieved        a tick disagrees with the time so far, or with the log's clock
├── StateError                 saved state can't be read: wrong version, wrong checksum
│   └── NewerVersion           a newer poolwise wrote it, and only that can read it
├── LogError                   the log can't be opened, read or written
│   ├── LogBusy                another worker has it open
│   ├── LogCorrupt             the file is not a log, or is damaged
│   ├── PastEnd                a saved position is after the end of its partition
│   ├── RecordTooLarge         a record is larger than the log takes
│   └── CommitUnknown          the outcome of a commit is unknown: read the positions
└── CannotAnswer               exit code 3: the log can't answer the question
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bandit.reasons import TickDoubt

MOST_NAMED = 12
"""Names listed in an error: more don't fit in a line."""


CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Control characters, line ends included, and halves of surrogate pairs, which can't be encoded."""

CONTINUED = re.compile(r"[ \t]*\n[ \t]+")
"""An indented line, as in messages of libraries: it continues the line before."""


class PoolwiseError(Exception):
    r"""Root of the tree; its text is always one line, saying what to do, whatever it quotes.

    Examples
    --------
    >>> print(PoolwiseError("no column 'two\nlines'"))
    no column 'two\nlines'
    """

    exit_code = 1

    def __str__(self) -> str:
        """Return the message, its continued lines joined and other control characters escaped."""
        return CONTROLS.sub(_escaped, CONTINUED.sub(" ", super().__str__()))


class InputError(PoolwiseError):
    """A file, row or record of the user can't be used."""


class MissingInput(InputError):
    """The input doesn't exist, or it is empty."""


class UnknownColumn(InputError):
    """A column is named that the file doesn't have."""


class BadValue(InputError):
    """A value breaks its rule; the message names row, column and value."""


class ConfigError(PoolwiseError):
    """A setting is unknown or out of range."""


class EventError(PoolwiseError):
    """An event breaks a rule; `rule` is its short name, which the dead letter has too.

    Examples
    --------
    >>> raise EventError("unknown_task", "label l-1: task t1 is not known")
    Traceback (most recent call last):
    ...
    bandit.errors.EventError: label l-1: task t1 is not known
    """

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule


class TickNotBelieved(EventError):
    """A tick disagrees with the time so far, or with the log's own clock; `doubt` says how.

    Examples
    --------
    >>> from bandit.reasons import TickDoubt
    >>> raise TickNotBelieved(TickDoubt.BACK, "tick 5.0: before the tick 6.0")
    Traceback (most recent call last):
    ...
    bandit.errors.TickNotBelieved: tick 5.0: before the tick 6.0
    """

    def __init__(self, doubt: TickDoubt, message: str) -> None:
        super().__init__(doubt, message)
        self.doubt = doubt


class StateError(PoolwiseError):
    """Saved state can't be read."""


class NewerVersion(StateError):
    """A newer poolwise wrote the data, and this one could lose parts of it.

    Examples
    --------
    >>> raise NewerVersion("desk", 2, 1)
    Traceback (most recent call last):
    ...
    bandit.errors.NewerVersion: desk: version 2, this poolwise reads 1: start the newer poolwise
    """

    def __init__(self, what: str, version: object, reads: object) -> None:
        super().__init__(
            f"{what}: version {version}, this poolwise reads {reads}: start the newer poolwise"
        )
        self.versions = (version, reads)


class LogError(PoolwiseError):
    """The log can't be opened, read or written."""


class LogBusy(LogError):
    """Another worker has the log open."""


class LogCorrupt(LogError):
    """The file is not a poolwise log, or it is damaged."""


class PastEnd(LogError):
    """A saved position is after the end of its partition: its records are gone."""


class RecordTooLarge(LogError):
    """A record is larger than the log takes; its transaction wrote nothing."""


class CommitUnknown(LogError):
    """The outcome of a commit is unknown: drop the batch and read the committed positions."""


class CannotAnswer(PoolwiseError):
    """The log can't answer the question; the message says why."""

    exit_code = 3


def _escaped(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode()


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the end of an error message: the known name nearest to `name`, or the known names.

    Examples
    --------
    >>> nearest("explore_flor", ["explore_floor", "seed"])
    "; did you mean 'explore_floor'?"
    >>> nearest("zzz", ["seed"]), nearest("zzz", [])
    ('; known: seed', '')
    >>> nearest("zzz", [f"column_{i:02d}" for i in range(90)])[-32:]
    'column_10, column_11 and 78 more'
    """
    names = sorted(known)
    if not names:
        return ""
    close = get_close_matches(name, names, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"; known: {', '.join(names[:MOST_NAMED])}{more}"
