"""How a text file is encoded, by its first bytes: UTF-8, or UTF-16 and UTF-32 as some export it.

A file in any other encoding, such as Latin-1, can't be told from its bytes: what isn't UTF-8 in it
is an error that says so.

Source: The Unicode Standard 16.0, section 23.8, table 23-5 (byte order marks).
"""

from __future__ import annotations

import codecs
import re

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like UTF-16's: looked for before it
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

LOOK_AT = 256
"""Bytes of a header that are looked at: it is mostly ASCII, each letter beside a byte of 0."""


def encoding_of(head: bytes) -> str:
    """Return the name of Python's codec for a text that begins with `head`.

    Examples
    --------
    >>> [encoding_of("action,reward".encode(codec)) for codec in ("utf-8", "utf-16", "utf-16-le")]
    ['utf-8', 'utf-16', 'utf-16-le']
    """
    for mark, codec in MARKS:
        if head.startswith(mark):
            return codec
    start = head[:LOOK_AT]
    first, second = start[::2].count(0), start[1::2].count(0)
    if second > len(start) / 4 and not first:
        return "utf-16-le"
    if first > len(start) / 4 and not second:
        return "utf-16-be"
    return "utf-8"


def is_json(head: bytes) -> bool:
    """Return whether a text that begins with `head` is an object in JSON, or a list of them.

    Examples
    --------
    >>> is_json('[ {"task": 1'.encode("utf-16")), is_json(b"task,label")
    (True, False)
    """
    return re.match(rb'[^\w{]*\{\s*"', head.replace(b"\0", b"")) is not None
