"""The HTML report: the question, the answer, and the evidence, in one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.counted import counted
from replay.report.html.render import render
from replay.report.page.many_targets import sections_of_family
from replay.report.page.one_target import sections_of
from replay.report.page.small_print import counts, left_out, reading
from replay.report.page.versions import versions
from replay.report.wording.families import families
from replay.report.wording.sentence import evaluations, notes, question
from replay.results.evaluation import Comparison
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
    first, together = every[0], isinstance(answer, Comparison)
    return render(
        "evaluation.html",
        title=question([each.target for each in every], [each.estimand for each in every]),
        log=f"{counted(first.rows, first.unit)} of {source}",
        families=list(map(sections_of_family, families(answer))) if together else [],
        targets=[sections_of(each, gain=not together) for each in every],
        left_out=left_out(first),
        left_out_rows=f"{first.unusable.rows:,}",
        notes=[f"{note}." for note in notes(every)],
        counts=counts(first),
        command=command,
        versions=", ".join(map(" ".join, versions())),
        reading=reading(first.logging.level, together=together),
    )
