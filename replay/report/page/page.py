"""One page in one file: what was asked, the answer, and all that lies behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from replay.report.html.document import document
from replay.report.html.markup import Markup, tag
from replay.report.html.verdict_mark import mark
from replay.report.page.many_targets import sections_of_all
from replay.report.page.one_target import sections_of
from replay.report.page.small_print import small_print
from replay.report.wording.sentence import evaluations, question, reason, sentence
from replay.results.evaluation import Comparison
from replay.runtime.text import counted
from replay.runtime.whole_file import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from replay.results.evaluation import Evaluation


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
    title = question([one.target for one in every], [one.estimand for one in every])
    first = every[0]
    log = f"{counted(first.rows, first.unit)} of {source}"
    return document(
        title,
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
