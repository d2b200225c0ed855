"""Hashes of categories and words: what a text feature is known by; its text is never kept."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

WORDS = 16
"""Of a longer text only so many words count: a text is short, or a paragraph of its own."""


def token(name: str, text: str) -> str:
    """Return 16 hexadecimal digits that stand for `text` as a value of the feature `name`.

    Examples
    --------
    >>> token("lang", "en") == token("lang", "en"), token("lang", "en") == token("title", "en")
    (True, False)
    """
    data = f"{len(name)}:{name}{text}".encode("utf-8", "surrogatepass")
    return blake2b(data, digest_size=8).hexdigest()


@lru_cache(maxsize=4096)  # speed only: the same value comes again and again
def tokens(name: str, text: str) -> tuple[str, ...]:
    """Return the tokens of a text feature: of its words, in lower case and each once.

    Examples
    --------
    >>> tokens("title", "Red shoes, red") == (token("title", "red"), token("title", "shoes"))
    True
    """
    words = "".join(c if c.isalnum() or c in "-_." else " " for c in text.lower()).split()
    return tuple(token(name, word) for word in dict.fromkeys(words[:WORDS] or [text]))


@lru_cache(maxsize=1024)
def rare(name: str) -> str:
    """Return the token that all rare values of the feature `name` share."""
    return token(name, "\0rare")


@lru_cache(maxsize=1024)
def missing(name: str) -> str:
    """Return the token for a task that lacks the number `name`."""
    return token(name, "\0missing")
