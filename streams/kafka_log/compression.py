"""How the records of a batch are compressed.

kafka-python compresses with gzip at its slowest level; the fastest makes 1.3 times as many bytes in
a third of the time. zstd at its fastest makes fewer bytes than either, and takes a third of that.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Literal

import zstandard
from kafka.record.default_records import DefaultRecordBatchBuilder

if TYPE_CHECKING:
    from collections.abc import Callable

Codec = Literal["none", "gzip", "zstd"]

FASTEST = 1
"""Level of gzip and of zstd."""

GZIP_FORMAT = 31
"""For zlib: 32 KB of window, with the header and the checksum of gzip."""

LEAST_BYTES = 1000
"""Of records that are compressed: a few ticks or labels gain nothing."""


def _gzip(data: bytes) -> bytes:
    made = zlib.compressobj(FASTEST, zlib.DEFLATED, GZIP_FORMAT)
    return made.compress(data) + made.flush()


def _zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=FASTEST).compress(data)


COMPRESS: dict[int, Callable[[bytes], bytes]] = {
    DefaultRecordBatchBuilder.CODEC_GZIP: _gzip,
    DefaultRecordBatchBuilder.CODEC_ZSTD: _zstd,
}
NUMBERS: dict[Codec, int] = {
    "none": DefaultRecordBatchBuilder.CODEC_NONE,
    "gzip": DefaultRecordBatchBuilder.CODEC_GZIP,
    "zstd": DefaultRecordBatchBuilder.CODEC_ZSTD,
}


class BatchBuilder(DefaultRecordBatchBuilder):  # type: ignore[misc]  # kafka-python has no types
    """A builder of kafka-python's that compresses as above, once the batch is closed.

    Parameters
    ----------
    codec
        What to compress with.
    most_bytes
        Of the batch, uncompressed: what a consumer must have room for.
    """

    def __init__(self, codec: Codec, most_bytes: int) -> None:
        super().__init__(
            magic=2,
            compression_type=NUMBERS[codec],
            is_transactional=False,
            producer_id=-1,
            producer_epoch=-1,
            base_sequence=-1,
            batch_size=most_bytes,
        )

    def _maybe_compress(self) -> bool:
        """Replace the records by what they compress to; whether that was done."""
        compress = COMPRESS.get(self._compression_type)
        if compress is None or len(self._buffer) - self.HEADER_STRUCT.size < LEAST_BYTES:
            return False
        data = bytes(memoryview(self._buffer)[self.HEADER_STRUCT.size :])
        smaller = compress(data)
        if len(smaller) >= len(data):
            return False
        self._buffer[self.HEADER_STRUCT.size :] = smaller
        return True
