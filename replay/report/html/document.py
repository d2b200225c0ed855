"""A page's frame: its head, with the one style of all pages, around what it says.

Rule 1: nothing in it asks for anything elsewhere, and nothing in it runs; its policy says so too.
Rule 2: the same answer makes the same page, to the byte.
"""

from __future__ import annotations

from importlib.resources import files

from replay.report.html.markup import Markup, tag

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def document(title: str, *inside: str) -> str:
    """Return the HTML of a whole page."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("link", rel="icon", href="data:,"),
        tag("title", title),
        tag("style", Markup(files("replay.report.html").joinpath("page.css").read_text("utf-8"))),
    )
    page = tag("html", head, tag("body", tag("main", *inside)), lang="en")
    return f"<!doctype html>\n{page}\n"
