"""The saved form of a brain; the newest version and the one before are read.

Version 2 is MessagePack, with the labelers' track records compressed; version 1 was JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bandit.errors import NewerVersion, StateError
from bandit.learn.calibration import Calibration
from bandit.learn.project import SavedProject
from bandit.learn.track_record import TrackRecord
from bandit.learn.trust import Trust
from bandit.packed import compressed, decompressed

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION = 2
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
    projects: dict[str, SavedProject] = {}


class _Version(msgspec.Struct, frozen=True):
    """What is read first: the other fields may be of an unknown version."""

    version: int


class _Saved(msgspec.Struct, frozen=True):
    """What is saved: `brain` without its labelers, which are many and alike."""

    version: int
    brain: SavedBrain
    labelers: bytes


class _NamedRecord(TrackRecord, array_like=False):
    """A track record of version 1: an object with names."""


class _Version1(SavedBrain, frozen=True, kw_only=True):
    """A brain of version 1, which knew no models of labels."""

    pools: dict[str, _NamedRecord]  # type: ignore[assignment]  # read, not written
    labelers: dict[str, _NamedRecord]  # type: ignore[assignment]


_LABELERS = msgspec.msgpack.Decoder(dict[str, TrackRecord])


def write(saved: SavedBrain) -> bytes:
    """Return the bytes of a brain."""
    labelers = compressed(msgspec.msgpack.encode(saved.labelers))
    others = msgspec.structs.replace(saved, labelers={})
    return msgspec.msgpack.encode(_Saved(VERSION, others, labelers))


def read(data: bytes) -> SavedBrain:
    """Return the brain that `data` holds, as this version saves it.

    Raises
    ------
    NewerVersion
        If a newer poolwise saved it.
    StateError
        If it is damaged, or more than one version old.
    """
    is_json = data[:1] == b"{"
    try:
        if is_json:
            version = msgspec.json.decode(data, type=_Version).version
        else:
            version = msgspec.msgpack.decode(data, type=_Version).version
        if version > VERSION:
            raise NewerVersion("saved brain", version, f"at most {VERSION}")
        if version < max(1, VERSION - 1):
            msg = f"saved brain: version {version} is too old for this poolwise, which reads"
            msg += f" {VERSION - 1} and {VERSION}: start a release in between first"
            raise StateError(msg)
        return _of_version_1(data) if is_json else _read(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        msg = f"saved brain: can't be read: {error}"
        raise StateError(msg) from error


def _read(data: bytes) -> SavedBrain:
    saved = msgspec.msgpack.decode(data, type=_Saved)
    labelers = _LABELERS.decode(decompressed(saved.labelers))
    return msgspec.structs.replace(saved.brain, labelers=labelers)


def _of_version_1(data: bytes) -> SavedBrain:
    saved = msgspec.json.decode(data, type=_Version1)
    pools, labelers = _without_names(saved.pools), _without_names(saved.labelers)
    new = {"version": VERSION, "pools": pools, "labelers": labelers}
    return SavedBrain(**msgspec.structs.asdict(saved) | new)


def _without_names(records: Mapping[str, _NamedRecord]) -> dict[str, TrackRecord]:
    return {key: TrackRecord(*msgspec.structs.astuple(one)) for key, one in records.items()}
