"""Which targets are compared with the first, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.targets.target import TargetPolicy


def paired(targets: Sequence[TargetPolicy]) -> tuple[int, ...]:
    """Targets whose difference from the first is summed, by number: those not the log's own.

    Examples
    --------
    >>> from replay.targets.target import parse_target
    >>> paired([parse_target(name) for name in ("uniform", "logging", "always:a")])
    (2,)
    """
    ours = [at for at, target in enumerate(targets) if target.kind != "logging"]
    return tuple(ours[1:]) if ours[:1] == [0] else ()
