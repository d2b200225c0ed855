"""Compression of record batches, by gzip or zstd at their fastest level.

kafka-python compresses with gzip at its slowest level; the fastest makes 1.3 times as many bytes in
a third of the time. zstd at its fastest makes fewer bytes than either, in a third of that time.
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
"""zlib's wbits: a window of 32 KB, with the header and checksum of gzip."""

LEAST_BYTES = 1000
"""Smallest batch that is compressed: a few ticks or labels gain nothing."""


def _gzip(data: bytes) -> bytes:
    compressor = zlib.compressobj(FASTEST, zlib.DEFLATED, GZIP_FORMAT)
    return compressor.compress(data) + compressor.flush()


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
    """kafka-python's builder of record batches, with the compression of this module.

    Parameters
    ----------
    codec
        The compression.
    most_bytes
        Largest batch before compression: what a consumer must have room for.
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
        """Compress the records in place, if that makes them smaller; return whether it did."""
        compress = COMPRESS.get(self._compression_type)
        if compress is None or len(self._buffer) - self.HEADER_STRUCT.size < LEAST_BYTES:
            return False
        data = bytes(memoryview(self._buffer)[self.HEADER_STRUCT.size :])
        smaller = compress(data)
        if len(smaller) >= len(data):
            return False
        self._buffer[self.HEADER_STRUCT.size :] = smaller
        return True
