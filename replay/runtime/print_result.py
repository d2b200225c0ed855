"""A report on the screen: for people, or as JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import click
import msgspec
from rich.console import Console

if TYPE_CHECKING:
    from collections.abc import Callable

Report = TypeVar("Report", bound=msgspec.Struct)


def print_result(
    report: Report, for_people: Callable[[Report, Console], None], *, as_json: bool
) -> None:
    """Print a report as one JSON object, or as `for_people` prints it on a console."""
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(report)).decode())
    else:
        for_people(report, Console())
