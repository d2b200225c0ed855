"""Documents: what they show is what comes out.

The blocks of every page are run (`tests/documents/pages.py` says how), and pages made from the code
are current. After a change of outputs, options or settings, `python tests/test_documents.py` writes
the new ones into all pages.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path
from typing import ClassVar

import pytest

if not __package__:  # run as a script
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.broker.broker import Broker
from tests.documents.examples import examples
from tests.documents.made import MADE
from tests.documents.pages import (
    ROOT,
    blocks_of,
    needs_broker,
    outputs,
    pages,
    rounded,
    text_of,
    with_outputs,
)

REFRESH = "if this is right: python tests/test_documents.py"
RUN = sorted(
    (page for page in pages() if blocks_of(text_of(page))),
    key=lambda page: "<!-- continues" in text_of(page),  # those that wait for others come last
)


class PageContract:
    """What holds for a page with blocks; one class a page, so that xdist spreads them."""

    page: ClassVar[Path]

    @pytest.mark.slow
    def test_prints_what_it_shows(
        self, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
    ) -> None:
        """Where figures vary, too, something is shown, and nothing fails with a traceback."""
        base = tmp_path_factory.getbasetemp()
        place = (base.parent if hasattr(request.config, "workerinput") else base) / "documents"

        def address() -> str:
            broker: Broker = request.getfixturevalue("broker")
            return broker.address

        blocks = blocks_of(text_of(self.page))
        for block, printed in zip(blocks, outputs(self.page, place, address), strict=True):
            assert "Traceback" not in printed, block.code
            if block.varies:
                assert bool(block.shown) == bool(printed), f"{block.code}{REFRESH}"
            else:
                assert rounded(printed) == rounded(block.shown), f"{block.code}{REFRESH}"


def page_class(page: Path) -> type:
    """Make the test class of a page; those that need Kafka say so to the collection."""
    name = "Test" + re.sub(r"\W+", "_", str(page.with_suffix(""))).title()
    found = type(name, (PageContract,), {"page": page, "__module__": __name__})
    return pytest.mark.usefixtures("kafka")(found) if needs_broker(page) else found


globals().update({found.__name__: found for found in map(page_class, RUN)})


def test_pages_with_commands_are_found() -> None:
    assert len(RUN) >= 8


@pytest.mark.parametrize("page", RUN, ids=str)
def test_every_output_stands_below_its_commands(page: Path) -> None:
    text = text_of(page)
    with_output = sum(bool(block.shown) for block in blocks_of(text))
    assert text.count("```text\n") == with_output


@pytest.mark.parametrize("name", MADE)
def test_what_is_made_from_the_code_is_current(name: str) -> None:
    assert text_of(Path(name)) == MADE[name](), REFRESH


@pytest.mark.parametrize("name", examples())
def test_example_tables_are_those_that_are_made(name: str) -> None:
    assert text_of(Path(name)) == examples()[name], REFRESH


def test_the_readme_is_short() -> None:
    assert len(text_of(Path("README.md")).splitlines()) <= 150


def refresh(wanted: list[str]) -> None:
    """Write what is printed and made now into the pages named, or into all."""
    for name, make in MADE.items():
        (ROOT / name).write_text(make(), encoding="utf-8")
    for name, table in examples().items():
        (ROOT / name).write_text(table, encoding="utf-8")
    brokers: list[Broker] = []

    def address() -> str:
        brokers.extend([] if brokers else [Broker().start()])
        return brokers[0].address

    with tempfile.TemporaryDirectory() as folder:
        for page in RUN:
            if not wanted or str(page) in wanted:
                text = with_outputs(text_of(page), outputs(page, Path(folder), address))
                (ROOT / page).write_text(text, encoding="utf-8")
                print(f"{page}: {len(blocks_of(text))} blocks")  # noqa: T201, progress of a script
    for broker in brokers:
        broker.close()


if __name__ == "__main__":
    refresh(sys.argv[1:])
