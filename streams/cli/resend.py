"""What `feed --from-deadletters` does, and its report."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path

    from streams.clients.resending import Resent


def feed_again(
    log: str,
    config_file: Path | None,
    rules: tuple[str, ...],
    since: int,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Send dead letters again, or show which would be sent; list those that cannot be sent."""
    from streams.cli.options import log_settings, open_log
    from streams.clients.resending import resend
    from streams.process.progress import Counting

    settings = log_settings(config_file)
    records: Counter[str] = Counter()
    letters: list[dict[str, object]] = []
    sent = not_sendable = 0
    with closing(open_log(log, settings)) as opened, closing(Counting("letters")) as counting:
        for resent in resend(opened, settings.group, rules, since, dry_run=dry_run):
            records.update(record.topic for record in resent.records)
            sent += bool(resent.records)
            not_sendable += not resent.records
            counting.show(sent + not_sendable)
            if dry_run or not resent.records:
                letters.append(_shown(resent))
    if as_json:
        figures = {"sent": sent, "not_sendable": not_sendable, "records": records}
        click.echo(json.dumps(figures | {"letters": letters, "dry_run": dry_run}))
        return
    for letter in letters:
        click.echo("{place}, {rule}: {what}".format_map(letter))
    click.echo(_summary(sent, not_sendable, records, dry_run=dry_run))


def _shown(resent: Resent) -> dict[str, object]:
    """Describe a letter that was not sent."""
    to = sorted({record.topic for record in resent.records})
    refusal = f"cannot be sent: {resent.letter.message}"
    return {
        "place": f"deadletters/{resent.partition} at {resent.offset}",
        "rule": resent.letter.rule,
        "to": to,
        "what": f"would be sent to {', '.join(to)}" if to else refusal,
    }


def _summary(sent: int, not_sendable: int, records: Counter[str], *, dry_run: bool) -> str:
    from bandit.counted import counted

    to = ", ".join(f"{number:,} to {topic}" for topic, number in sorted(records.items()))
    line = f"{counted(sent, 'dead letter')} {'would be ' if dry_run else ''}sent again"
    line += f" ({to})" if to else ""
    return line + (f"; {not_sendable:,} cannot be sent" if not_sendable else "")
