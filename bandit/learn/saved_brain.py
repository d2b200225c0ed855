"""The saved form of a brain; the newest version and the one before are read."""

from __future__ import annotations

import msgspec

from bandit.errors import NewerVersion, StateError
from bandit.learn.calibration import Calibration
from bandit.learn.track_record import TrackRecord
from bandit.learn.trust import Trust

VERSION = 1
"""Raise it when what is saved changes, unless readers of the version before may ignore it."""


class SavedBrain(msgspec.Struct, frozen=True):
    """The state of a brain.

    `vw_arguments` are those that `quality`, the bytes of VW's model, was learned with; `day` and
    `day_began` are the day and the position at which it began, from which labelers count as idle;
    `trust` is empty until there are two projects.
    """

    version: int
    vw_arguments: str
    position: int
    quality: bytes
    weights: dict[str, float]
    bias: float
    judged: dict[str, int]
    pools: dict[str, TrackRecord]
    labelers: dict[str, TrackRecord]
    calibration: dict[str, Calibration]
    day: int | None = None
    day_began: int = 0
    trust: dict[str, Trust] = {}


class _Version(msgspec.Struct, frozen=True):
    """What is read first: the other fields may be of an unknown version."""

    version: int


def read(data: bytes) -> SavedBrain:
    """Return the brain that `data` holds, as this version saves it.

    Raises
    ------
    NewerVersion
        If a newer poolwise saved it.
    StateError
        If it is damaged, or more than one version old.
    """
    try:
        version = msgspec.json.decode(data, type=_Version).version
        if version > VERSION:
            raise NewerVersion("saved brain", version, f"at most {VERSION}")
        if version < max(1, VERSION - 1):
            msg = f"saved brain: version {version} is too old for this poolwise, which reads"
            msg += f" {VERSION - 1} and {VERSION}: start a release in between first"
            raise StateError(msg)
        return msgspec.json.decode(data, type=SavedBrain)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        msg = f"saved brain: can't be read: {error}"
        raise StateError(msg) from error
