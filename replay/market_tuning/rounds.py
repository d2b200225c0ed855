"""The comparison in rounds: settings that might be better than the chosen one meet more seeds.

All meet the first seeds. Then, round by round, those that might earn over `EQUIVALENT` of the gap
more than the chosen one meet `STEP` more, and so does the chosen one, until the chance that any of
them does is at most `MISS`, or the seeds end. Who meets more is asked anew after each round, so a
setting that was left out can come back; it then meets the seeds that it missed.

Seeds are fresh and all differences paired, so what ends the comparison is no claim by itself. The
chance stated at its end was simulated, rounds included: tests/replay/market_tuning/test_rounds.py.

Source: Branke, Chick and Schmidt (2007), Management Science 53(12): adaptive stopping rules need
fewer runs than a fixed number for the same chance of a good selection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from replay.market_tuning.standing import Standing

MISS = 0.1
"""Chance that another earns over `EQUIVALENT` of the gap more than the chosen, at which it ends."""
STEP = 4
"""Seeds of a round: with 8, a simulated comparison took a fifth more runs for as few misses."""


def rounds(
    run: Callable[[Sequence[int], int], None],
    now: Callable[[], Standing],
    settings: int,
    first: int,
    most: int,
) -> None:
    """Compare settings until the choice is safe enough or the seeds end.

    Parameters
    ----------
    run
        Lets settings, by index, meet the first so many seeds.
    now
        Where all stand.
    settings
        How many there are.
    first, most
        Seeds that all meet, and that any meets.
    """
    run(range(settings), first)
    count = first
    while count < most:
        unsettled = in_question(now())
        if not unsettled:
            return
        count = min(count + STEP, most)
        run(unsettled, count)


def in_question(standing: Standing) -> list[int]:
    """Indices of the settings that need more seeds: none, if the choice is safe enough.

    Half of `MISS` is shared out among the others; a setting that is less likely ahead than its part
    meets no more.

    Examples
    --------
    >>> from replay.market_tuning.standing import standing
    >>> uniform = [1.0, 1.1, 1.2]
    >>> close = standing([[4.0, 4.2, 4.1], [4.1, 4.1, 4.1], uniform], [0, 1], [0])
    >>> round(close.miss_chance, 2), in_question(close)
    (0.06, [])
    >>> noisy = standing([[4.0, 4.2, 4.1], [5.0, 3.1, 4.2], uniform], [0, 1], [0])
    >>> round(noisy.miss_chance, 2), in_question(noisy)
    (0.41, [0, 1])
    """
    if standing.miss_chance <= MISS:
        return []
    others = sum(chance > 0.0 for chance in standing.ahead)
    part = MISS / 2.0 / others
    ahead = {at for at, chance in enumerate(standing.ahead) if chance > part}
    return sorted(ahead | {standing.chosen, standing.highest})
