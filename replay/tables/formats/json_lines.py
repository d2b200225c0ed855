"""JSON lines as batches of Arrow text columns; every value is kept as it stands in the file."""

from __future__ import annotations

import gzip
import io
from codecs import BOM_UTF8
from contextlib import contextmanager, nullcontext
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa

from bandit.errors import BadValue, MissingInput
from replay.tables.formats.encoding import encoding_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager

BATCH_LINES = 4_096
"""Lines of a batch: each may hold long lists."""
LOOK_AT = 1_000
"""Lines looked at to know the columns: a field that comes later is rare enough to be a mistake."""

HEAD_BYTES = 256
"""Bytes that tell the encoding."""

_decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def header(path: str) -> tuple[str, ...]:
    """Names of the fields in the first lines, in order of appearance.

    Raises
    ------
    MissingInput
        If there is no line.
    BadValue
        If a line is not a JSON object; the message names it.
    """
    names: dict[str, None] = {}
    with _open(path) as file:
        for number, line in enumerate(islice(file, LOOK_AT), start=1):
            if line.strip():
                names.update(dict.fromkeys(_fields(path, number, line)))
    if not names:
        raise MissingInput(f"{path}: no rows")
    return tuple(names)


def read(path: str, names: Sequence[str]) -> Iterator[Any]:
    """Yield the fields `names` as record batches of strings; a missing field or null is null."""
    with _open(path) as file:
        lines = enumerate(file, start=1)
        while block := list(islice(lines, BATCH_LINES)):
            rows = [_fields(path, number, line) for number, line in block if line.strip()]
            yield pa.RecordBatch.from_pydict(
                {
                    name: pa.array([_text(row.get(name)) for row in rows], pa.string())
                    for name in names
                }
            )


@contextmanager
def _open(path: str) -> Iterator[Iterable[bytes]]:
    """Open a file as lines in UTF-8, whatever it is in."""
    with Path(path).open("rb") as raw, _plain(path, raw) as file:
        codec = encoding_of(file.peek(HEAD_BYTES)[:HEAD_BYTES])
        if codec.startswith("utf-8"):
            yield file
        else:
            with io.TextIOWrapper(file, codec, newline="\n") as text:
                yield (line.encode() for line in text)


def _plain(path: str, raw: Any) -> AbstractContextManager[Any]:
    return gzip.GzipFile(fileobj=raw) if path.endswith(".gz") else nullcontext(raw)


def _fields(path: str, number: int, line: bytes) -> dict[str, msgspec.Raw]:
    try:
        return _decode(line.removeprefix(BOM_UTF8) if number == 1 else line)
    except msgspec.DecodeError as error:
        raise BadValue(f"{path} line {number}: not a JSON object ({error})") from error


def _text(raw: msgspec.Raw | None) -> str | None:
    if raw is None:
        return None
    text = bytes(raw)
    if text == b"null":
        return None
    return str(msgspec.json.decode(text)) if text.startswith(b'"') else text.decode()
