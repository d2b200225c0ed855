"""`poolwise report`: a page on a labeling log for people who don't read tables."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("log", required=False, type=click.Path(readable=False, path_type=Path))
@click.option(
    "--compare",
    nargs=2,
    metavar="OLD NEW",
    type=click.Path(readable=False, path_type=Path),
    help="Report on NEW instead of LOG, and compare it with OLD.",
)
@click.option("--project", metavar="NAME", help="Tasks of this project only.")
@click.option(
    "--html",
    metavar="FILE",
    default="report.html",
    show_default=True,
    type=click.Path(path_type=Path),
    help="Where the page is written.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print all figures as JSON; no page unless --html."
)
@click.pass_context
def report(
    ctx: click.Context,
    log: Path | None,
    compare: tuple[Path, Path] | None,
    project: str | None,
    html: Path,
    as_json: bool,  # noqa: FBT001 - click gives flags as booleans
) -> None:
    """Write a page on a labeling log: cost, quality, delay, savings, forecast and live tests.

    LOG is a log file or the folder of an archive (poolwise archive). The page is one HTML file
    that needs no network; it can be mailed and printed. The summary of five sentences is printed
    (six if there is something to act on), and each saving with its interval, its evidence and the
    command that verifies it.

    \b
    Examples:
      poolwise report labels.db
      poolwise report labels.db --project cats --html cats.html
      poolwise report --compare october.db november.db
    """  # noqa: D301 - click's own mark for text that isn't to be wrapped
    from bandit.errors import InputError
    from replay.labeling_report.run import run_report

    if (log is None) == (compare is None):
        raise click.UsageError("Give a LOG, or two with --compare OLD NEW.")
    before, after = (None, log) if compare is None else compare
    assert after is not None
    by_default = ctx.get_parameter_source("html") is click.core.ParameterSource.DEFAULT
    page = None if as_json and by_default else html
    if before is not None and before.exists() and after.exists() and before.samefile(after):
        raise InputError(f"{after}: is the same log as OLD; name two logs to compare")
    logs = [path for path in (before, after) if path is not None and path.exists()]
    if page is not None and page.exists() and any(page.samefile(path) for path in logs):
        raise InputError(f"{page}: is the log itself; name another file for the page")
    run_report(after, before, project=project, html=page, as_json=as_json)
