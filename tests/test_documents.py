"""Documents: what they show is what comes out, and what they name exists.

The blocks of every page are run (`tests/documents/pages.py` says how), pages made from the code are
current, links lead somewhere, and every command and public name has its place. After a change of
outputs, options or settings, `python tests/test_documents.py` writes the new ones into all pages.
"""

from __future__ import annotations

import re
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import ClassVar

import pytest

if not __package__:  # run as a script
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import bandit.errors
import bandit.events
import replay
from poolwise import VERBS
from replay.estimators.registry import ESTIMATORS
from replay.intervals.rules import RULES
from streams.config.config import Config
from streams.monitor.metrics import names
from tests.broker.broker import Broker
from tests.documents.commands import commands_page
from tests.documents.decisions import decision_files, decisions_page
from tests.documents.examples import examples
from tests.documents.metrics import metrics_page
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
from tests.documents.settings import settings_page

REFRESH = "if this is right: python tests/test_documents.py"
MADE = {
    "docs/reference/commands.md": commands_page,
    "docs/reference/configuration.md": settings_page,
    "docs/reference/metrics.md": metrics_page,
    "docs/decisions/index.md": decisions_page,
}
"""Pages that are made from the code, and what makes each."""

RUN = sorted(
    (page for page in pages() if blocks_of(text_of(page))),
    key=lambda page: "<!-- continues" in text_of(page),  # those that wait for others come last
)
READ = [page for page in pages() if not str(page).startswith(("docs/decisions", "CHANGELOG"))]
"""Pages that say what is; a decision or a change says what was."""

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"```.*?```", re.DOTALL)
COMMAND = re.compile(r"\bpoolwise ([a-z]+)\b([^`\n#|;>]*)")


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


TERMS = """audit, calibration, clusters, confidence, context, desk, effective sample size, estimand,
gold, importance weight, lag, logging policy, offset, posterior, propensity, regret, reward,
snapshot, support, target policy, verdict"""
"""Words that reports and metrics use, and that nobody has to know."""


@pytest.mark.parametrize("term", re.split(r",\s+", TERMS))
def test_the_glossary_explains_what_outputs_say(term: str) -> None:
    assert f"**{term.capitalize()}.**" in text_of(Path("docs/glossary.md"))


def slug(heading: str) -> str:
    """Name of a heading as a link has it."""
    plain = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
    return re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", plain)).strip("-")


@pytest.mark.parametrize("page", pages(), ids=str)
def test_links_lead_to_files_and_headings(page: Path) -> None:
    for link in LINK.findall(FENCE.sub("", text_of(page))):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        place = (ROOT / page).parent / name if name else ROOT / page
        assert place.exists(), f"{page}: {link}"
        if anchor:
            headings = re.findall(r"(?m)^#+ (.+)$", FENCE.sub("", place.read_text("utf-8")))
            assert anchor in {slug(heading) for heading in headings}, f"{page}: {link}"


@pytest.mark.parametrize("page", READ, ids=str)
def test_files_of_the_project_that_are_named_exist(page: Path) -> None:
    """NAME in a path stands for a file that somebody is to write."""
    named = re.findall(r"`((?:bandit|streams|replay|tests|notebooks)/[\w/.-]*)`", text_of(page))
    assert [name for name in named if "NAME" not in name and not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", READ, ids=str)
def test_every_command_that_is_named_exists_with_its_options(page: Path) -> None:
    text = re.sub(r"\\\n +", " ", text_of(page))  # lines that go on
    prose = FENCE.sub("", text)
    code = re.findall(r"`([^`\n]+)`", prose) + re.findall(r"(?m)^    (poolwise .*)$", prose)
    code += [block.code for block in blocks_of(text)]
    for piece in code if str(page) not in MADE else ():
        for verb, rest in COMMAND.findall(piece):
            assert verb in VERBS, f"{page}: poolwise {verb}"
            command = getattr(import_module(VERBS[verb].module), VERBS[verb].attribute)
            known = {name for parameter in command.params for name in parameter.opts}
            used = set(re.findall(r"(?<!\S)--[a-z-]+", rest))
            assert used <= known | {"--help"}, f"{page}: {piece}"


@pytest.mark.parametrize("page", READ, ids=str)
def test_every_setting_that_is_named_exists(page: Path) -> None:
    config = Config()
    sections = {"log": config.log, "worker": config.worker}
    sections |= {"metrics": config.metrics, "logs": config.logs}
    core = {name: getattr(config.core, name) for name in config.core.__struct_fields__}
    for section, key in re.findall(r"`([a-z]+)\.([a-z_]+)`", text_of(page)):
        part = sections.get(section, core.get(section))
        if hasattr(part, "__struct_fields__"):
            assert hasattr(part, key), f"{page}: {section}.{key}"


def public_names() -> set[str]:
    """Names that somebody outside the project may use: calls, events, errors, verbs."""
    names = {f"replay.{name}" for name in replay.__all__}
    names |= {f"poolwise {verb}" for verb in VERBS}
    for module, kind in ((bandit.events, bandit.events.Event), (bandit.errors, Exception)):
        names |= {
            name
            for name, value in vars(module).items()
            if isinstance(value, type) and issubclass(value, kind) and value is not kind
            if value.__module__ == module.__name__
        }
    return names


def test_every_public_name_stands_in_the_documents() -> None:
    """Errors stand in the Python reference by their module, which names them all."""
    text = "\n".join(text_of(page) for page in READ)
    assert "::: bandit.errors" in text
    errors = {name for name in public_names() if hasattr(bandit.errors, name)}
    assert {name for name in public_names() - errors if name not in text} == set()


def test_every_page_and_decision_stands_in_the_site() -> None:
    site = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    inside = [page.relative_to("docs") for page in pages() if page.parts[0] == "docs"]
    assert [page for page in inside if str(page) not in site] == []


def test_every_metric_has_its_row() -> None:
    page = metrics_page()
    parts = re.compile("_(bucket|sum|count)$")
    assert {name for name in names() if f"| `{parts.sub('', name)}` |" not in page} == set()


def test_estimators_and_intervals_are_explained_by_their_names() -> None:
    report, intervals = (
        text_of(Path("docs") / name)
        for name in ("how-to/read-a-report.md", "concepts/intervals.md")
    )
    estimators = {estimator.name for estimator in ESTIMATORS}
    assert {name for name in estimators if f"\n| {name} |" not in report} == set()
    assert {name for name in RULES if f"`{name}`" not in intervals} == set()


def test_the_page_on_reports_explains_every_check() -> None:
    """The names of checks stand first in what makes their results."""
    source = "".join(path.read_text("utf-8") for path in (ROOT / "replay").rglob("*.py"))
    checks = set(re.findall(r"\b(?:Finding|CheckResult)\(\s*\"([a-z ]+)\"", source))
    page = text_of(Path("docs/how-to/read-a-report.md"))
    assert len(checks) >= 10
    assert {name for name in checks if f"| `{name}` |" not in page} == set()


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(path.name[:4]) for path in decision_files()]
    assert numbers == list(range(1, len(numbers) + 1))


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
