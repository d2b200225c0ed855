"""HTML pages from Jinja2 templates; every value that isn't markup is escaped.

Rule 1: a page loads nothing and runs nothing; its content security policy forbids both.
Rule 2: the same answer makes the same page, to the byte.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from replay.report.html.verdict_mark import verdict_mark
from replay.runtime.text import printable

if TYPE_CHECKING:
    from jinja2 import Environment


def render(template: str, **values: Any) -> str:
    """Fill a template of `replay/report/html/templates`; control characters are replaced.

    Raises
    ------
    jinja2.UndefinedError
        If the template uses a name that it was not given.
    """
    return printable(_environment().get_template(template).render(values))


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - for pages only

    environment = Environment(
        loader=PackageLoader("replay.report.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["verdict_mark"] = verdict_mark
    return environment
