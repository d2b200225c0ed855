"""One page in one file: what was asked, the answer, and all that lies behind it.

Rule 1: nothing in it asks for anything elsewhere, and nothing in it runs; its policy says so too.
Rule 2: the same answer makes the same page, to the byte.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from replay.answer import Comparison
from replay.plain import counted
from replay.report.figures_of_many import sections_of_all
from replay.report.figures_of_one import sections_of
from replay.report.markup import Markup, tag
from replay.report.sentence import evaluations, question, reason, sentence
from replay.report.small_print import small_print
from replay.report.verdict_mark import mark
from replay.report.whole_file import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from replay.answer import Evaluation

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def write_page(path: Path, answer: Evaluation | Comparison, command: str, source: str) -> None:
    """Write the page whole or not at all.

    Parameters
    ----------
    path
        The file; what it held is replaced.
    answer
        What is shown.
    command
        What makes the answer again, as it is typed.
    source
        What the log is called.

    Raises
    ------
    InputError
        If the file can't be written there.
    """
    write_whole(path, page_text(answer, command, source))


def page_text(answer: Evaluation | Comparison, command: str, source: str) -> str:
    """Return the page's HTML."""
    every = evaluations(answer)
    title = question([one.target for one in every])
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("link", rel="icon", href="data:,"),
        tag("title", title),
        tag("style", Markup(files("replay.report").joinpath("page.css").read_text("utf-8"))),
    )
    first = every[0]
    log = f"{counted(first.rows, first.unit)} of {source}"
    main = tag(
        "main",
        tag(
            "header",
            tag("h1", title),
            tag("p", f"From {log}", class_="source"),
            *map(_said, every),
        ),
        sections_of_all(answer)
        if isinstance(answer, Comparison)
        else sections_of(first, 2, gain=True),
        small_print(every, command, together=isinstance(answer, Comparison)),
    )
    page = tag("html", head, tag("body", main), lang="en")
    return f"<!doctype html>\n{page}\n"


def _said(answer: Evaluation) -> Markup:
    """Give the answer in one sentence, with its verdict and why."""
    why = "" if answer.refused else reason(answer)
    return tag(
        "div",
        mark(answer.verdict),
        tag("p", sentence(answer), class_="answer"),
        tag("p", f"Why: {why}.", class_="why") if why else Markup(),
        class_="said",
    )
