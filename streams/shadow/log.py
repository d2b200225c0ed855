"""The file of a shadow's decisions: JSON lines, whole ones only, gone on with where it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bandit.errors import BadValue, ConfigError
from streams.embedded.lock import hold
from streams.shadow.line import Line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class ShadowLog:
    """Appends lines to a file that nobody else appends to.

    Each line says where its decision stands, so the file itself says where to go on. What a crash
    left of a last line is cut off.

    Raises
    ------
    ConfigError
        If it can't be written.
    LogBusy
        If another shadow writes it.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     log = ShadowLog(Path(folder) / "shadow.jsonl")
    ...     list(log.lines())
    ...     log.close()
    []
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._encode_lines = msgspec.json.Encoder().encode_lines
        try:
            self._file = path.open("a+b")
        except OSError as error:
            raise self._failed(error) from error
        try:
            self._lock = hold(path, "shadow", "shadow")
        except BaseException:
            self._file.close()
            raise

    @property
    def n_bytes(self) -> int:
        """How long the file is."""
        return self.path.stat().st_size

    def lines(self) -> Iterator[Line]:
        """Yield the lines that are there, and let new ones come after the last whole one.

        Raises
        ------
        BadValue
            If one isn't a shadow's.
        """
        decode = msgspec.json.Decoder(Line).decode
        self._file.seek(0)
        whole = 0
        for number, line in enumerate(self._file, 1):
            if not line.endswith(b"\n"):
                break
            try:
                yield decode(line)
            except (ValueError, RecursionError) as error:
                msg = f"{self.path}: line {number} is no decision of a shadow: {error}"
                raise BadValue(msg) from error
            whole += len(line)
        self._file.truncate(whole)

    def write(self, lines: list[Line]) -> None:
        """Append lines.

        Raises
        ------
        ConfigError
            If the disk can't take them.
        """
        try:
            self._file.write(self._encode_lines(lines))
            self._file.flush()
        except OSError as error:
            raise self._failed(error) from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        self._lock.close()

    def _failed(self, error: OSError) -> ConfigError:
        return ConfigError(f"{self.path}: {error.strerror}")
