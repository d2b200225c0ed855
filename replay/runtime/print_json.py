"""A report as JSON on the screen, for programs."""

from __future__ import annotations

import click
import msgspec


def print_json(report: msgspec.Struct) -> None:
    """Print a report as one JSON object."""
    click.echo(msgspec.json.format(msgspec.json.encode(report)).decode())
