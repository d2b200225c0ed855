"""The report of a shadow, for a person: what was done beside what would have been."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING, Any

from streams.process.showing import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MOST_ROWS = 20
"""Projects that are shown, those with the most decisions first; --json has them all."""

WIDTH = 80

ONE_STEP = (
    "Each decision is one step ahead of what was done; later steps are those of the log, whatever"
    " the shadow would have done before. What a policy would have earned: poolwise evaluate."
)
ANOTHER_MODEL = "of the decisions were made with another model than the shadow's own"
WORTH_AS_LOGGED = (
    "of the decisions are about tasks that it didn't read; what they are worth is as logged"
)
TODAY = (
    "How long pools take, and the prices that targets are weighed against, are those that pools"
    " say today; what they said earlier isn't in the log."
)


def report(figures: Mapping[str, Any], log: str) -> str:
    """Return the report; `figures` are the shadow's, `log` is the log's name.

    Examples
    --------
    >>> from streams.shadow.tally import Tally
    >>> figures = {**Tally().figures(), "unreadable": 0, "deleted": 0, "pools_of_today": False}
    >>> print(report(figures, "labels.db"))
    Shadow of labels.db: 0 decisions, 0 compared
    Nothing to compare: no decision left a choice.
    """
    compared = figures["compared"]
    head = f"Shadow of {log}: {counted(figures['decisions'], 'decision')}, {compared:,} compared"
    left_out = figures["left_out"] | {
        name: figures[name] for name in ("unreadable", "deleted") if figures[name]
    }
    lines = [head]
    if left_out:
        lines.append("Left out: " + ", ".join(f"{n:,} {why}" for why, n in left_out.items()))
    if not compared:
        return "\n".join([*lines, "Nothing to compare: no decision left a choice."])
    policies = {who: ", ".join(names) for who, names in figures["policies"].items()}
    lines.append(
        f"It would most likely have done the same in {_percent(figures['same'])}; agreement"
        f" {_percent(figures['agreement'])}"
    )
    lines += ["", *_table(_overall(figures, policies))]
    lines += ["", *_table([("pool", "done", "shadow", "change"), *_pools(figures["pools"])])]
    head_row = ("decisions", "compared", "same", "agreement", "stops", "USD a decision")
    kinds = [_kind(f"why {name}", one) for name, one in figures["by_why"].items()]
    projects = sorted(figures["by_project"].items(), key=lambda item: -item[1]["compared"])
    kinds += [_kind(f"project {name}", one) for name, one in projects[:MOST_ROWS]]
    lines += ["", *_table([head_row, *kinds])]
    if len(projects) > MOST_ROWS:
        lines.append(f"and {len(projects) - MOST_ROWS:,} projects more (--json)")
    lines += ["", *(fill(note, WIDTH) for note in _notes(figures))]
    return "\n".join(lines)


def _overall(figures: Mapping[str, Any], policies: Mapping[str, str]) -> list[tuple[str, ...]]:
    stop, usd, quality = (
        figures[name] for name in ("stop", "usd_per_decision", "predicted_quality")
    )
    return [
        ("", "done", "shadow", "change"),
        ("policy", policies["logged"], policies["shadow"], ""),
        ("stops", *_both(stop)),
        ("USD a decision", *(_usd(usd[who]) for who in ("logged", "shadow")), _change(usd)),
        ("predicted quality of asks", *_both(quality)),
    ]


def _pools(pools: Mapping[str, Mapping[str, float]]) -> list[tuple[str, ...]]:
    """Return a row a pool: first what gains most, last what loses most."""
    ordered = sorted(pools.items(), key=lambda item: item[1]["logged"] - item[1]["shadow"])
    return [(name, *_both(one)) for name, one in ordered]


def _kind(name: str, one: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a row; what was done is on the left of an arrow, the shadow on its right."""
    stop, usd = one["stop"], one["usd_per_decision"]
    return (
        name,
        f"{one['compared']:,}",
        _percent(one["same"]),
        _percent(one["agreement"]),
        f"{_percent(stop['logged'])} → {_percent(stop['shadow'])}",
        f"{_usd(usd['logged'])} → {_usd(usd['shadow'])}",
    )


def _notes(figures: Mapping[str, Any]) -> list[str]:
    notes = [ONE_STEP]
    if figures["same_model"] < 1.0:
        notes.append(f"{_percent(1.0 - figures['same_model'])} {ANOTHER_MODEL}.")
    if figures["own_worth"] < 1.0:
        notes.append(f"{_percent(1.0 - figures['own_worth'])} {WORTH_AS_LOGGED}.")
    if figures["pools_of_today"]:
        notes.append(TODAY)
    return notes


def _both(one: Mapping[str, float | None]) -> tuple[str, str, str]:
    """Two shares and their difference, in points."""
    logged, shadow = one["logged"], one["shadow"]
    if logged is None or shadow is None:
        return _percent(logged), _percent(shadow), ""
    return _percent(logged), _percent(shadow), f"{100.0 * (shadow - logged):+.1f}"


def _change(one: Mapping[str, float]) -> str:
    return f"{one['shadow'] / one['logged'] - 1.0:+.1%}" if one["logged"] else ""


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _usd(amount: float) -> str:
    return f"{amount:.4f}"


def _table(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Columns of equal width: names to the left, figures to the right."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            [row[0].ljust(widths[0])]
            + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        ).rstrip()
        for row in rows
    ]
