"""The file of a shadow's comparisons: complete JSON lines, continued after a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bandit.errors import BadValue, ConfigError
from streams.embedded.lock import hold
from streams.shadow.comparison import ShadowComparison

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class ShadowLog:
    """Appends comparisons to a file that no other process writes.

    Each line has the offset of its decision, so a restart continues after the last line. An
    incomplete last line, left by a crash, is cut off.

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
        """Size of the file."""
        return self.path.stat().st_size

    def lines(self) -> Iterator[ShadowComparison]:
        """Yield the existing lines; new ones will be written after the last complete one.

        Raises
        ------
        BadValue
            If a line is not a comparison.
        """
        decode = msgspec.json.Decoder(ShadowComparison).decode
        self._file.seek(0)
        whole = 0
        for number, line in enumerate(self._file, 1):
            if not line.endswith(b"\n"):
                break
            try:
                yield decode(line)
            except (ValueError, RecursionError) as error:
                msg = f"{self.path}, line {number}: not a comparison of a shadow: {error}"
                raise BadValue(msg) from error
            whole += len(line)
        self._file.truncate(whole)

    def write(self, lines: list[ShadowComparison]) -> None:
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
