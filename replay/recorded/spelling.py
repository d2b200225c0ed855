"""Names that differ only in letter case, spaces or forms of letters, as one name.

So are 1 and 1.0: programs write whole numbers so where a cell of the column is empty. The spelling
that most rows have stands for all; of equals, the first in the order of characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

from bandit.counted import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

SHOWN = 5
"""Names whose spellings are told; of the others, only how many they are."""

WHOLE = re.compile(r"[+-]?[0-9]+\.0+")


@lru_cache(maxsize=65_536)
def plain_spelling(name: str) -> str:
    """Return a name without what spellings of it differ in.

    Examples
    --------
    >>> plain_spelling(" Not  OK ")
    'not ok'
    >>> plain_spelling("2.0"), plain_spelling("2.05")
    ('2', '2.05')
    """
    plain = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
    return plain.split(".")[0] if WHOLE.fullmatch(plain) else plain


def spellings_of(names: Iterable[str]) -> list[list[str]]:
    """Group the spellings of a name, those that are alone left out.

    Examples
    --------
    >>> spellings_of(["yes", "Yes", "no", "yes"])
    [['Yes', 'yes']]
    """
    groups: dict[str, set[str]] = defaultdict(set)
    for name in names:
        groups[plain_spelling(name)].add(name)
    return [sorted(group) for _, group in sorted(groups.items()) if len(group) > 1]


def one_spelling(names: Iterable[str], apart: Iterable[tuple[str, str]] = ()) -> dict[str, str]:
    """Map every name that has several spellings to the one that stands for it.

    Parameters
    ----------
    names
        The names, each as often as it occurs.
    apart
        A group and a name, where names that occur in one group are different things.

    Examples
    --------
    >>> one_spelling(["yes", "Yes", "no", "yes"])
    {'Yes': 'yes', 'yes': 'yes'}
    >>> one_spelling(["Ann", "ANN"], [("task 1", "Ann"), ("task 1", "ANN")])
    {}
    """
    count = Counter(names)
    several = spellings_of(count)
    plain_of = {name: plain_spelling(name) for spellings in several for name in spellings}
    members: dict[tuple[str, str], str] = {}
    different = set()
    for group, name in apart if several else ():
        plain = plain_of.get(name)
        if plain is not None and members.setdefault((group, plain), name) != name:
            different.add(plain)
    return {
        name: max(spellings, key=lambda spelling: (count[spelling], -spellings.index(spelling)))
        for spellings in several
        if plain_of[spellings[0]] not in different
        for name in spellings
    }


def said_of(mapping: Mapping[str, str], what: str) -> list[str]:
    """Say of each name which spellings of it were found.

    Examples
    --------
    >>> said_of({"Yes": "yes", "yes": "yes"}, "class")
    ["'Yes' and 'yes' are taken as one class, 'yes' (--as-written keeps them apart)"]
    """
    groups: dict[str, list[str]] = defaultdict(list)
    for name in sorted(mapping):
        groups[mapping[name]].append(name)
    said = [
        f"{', '.join(map(repr, group[:-1]))} and {group[-1]!r} are taken as one {what},"
        f" {name!r} (--as-written keeps them apart)"
        for name, group in sorted(groups.items())
    ]
    return _first_few(said)


def said_of_people(groups: Sequence[Sequence[str]]) -> list[str]:
    """Say which spellings of labelers are different people, because they labeled the same tasks.

    Examples
    --------
    >>> said_of_people([["ANN", "Ann"]])[0][:51]
    "labelers 'ANN' and 'Ann' have labeled the same task"
    """
    said = [
        f"labelers {' and '.join(map(repr, people))} have labeled the same tasks, so they are taken"
        " as different people"
        for people in groups
    ]
    return _first_few(said)


def _first_few(notes: list[str]) -> list[str]:
    more = len(notes) - SHOWN
    if more <= 0:
        return notes
    return [*notes[:SHOWN], f"the same is true of {counted(more, 'more name')}"]
