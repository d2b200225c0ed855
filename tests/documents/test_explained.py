"""What documents name exists, and what users may meet is explained in them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import bandit.errors
import bandit.events
import replay
from bandit.decide.policies.policy import make
from bandit.settings import PolicySettings
from poolwise import VERBS
from replay.estimators.registry import ESTIMATORS
from replay.intervals.rules import RULES
from streams.config.config import Config
from streams.monitor.metrics import names
from tests.documents.commands import command_called
from tests.documents.decisions import decision_files
from tests.documents.made import MADE
from tests.documents.metrics import metrics_page
from tests.documents.pages import ROOT, blocks_of, pages, text_of

READ = [page for page in pages() if not str(page).startswith(("docs/decisions", "CHANGELOG"))]
"""Pages that say what is; a decision or a change says what was."""

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"```.*?```", re.DOTALL)
NO_SECTIONS = {"poolwise", "replay", "retention", "replication"}
"""What stands before a dot elsewhere: signals, our package, and settings of Kafka."""

FILE_ENDINGS = {"py", "toml", "yml", "txt", "db", "jsonl", "properties"}
COMMAND = re.compile(r"\bpoolwise ([a-z]+)\b([^`\n#|;>]*)")

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


@pytest.mark.parametrize("page", [page for page in pages() if page.name != "CHANGELOG.md"], ids=str)
def test_files_of_the_project_that_are_named_exist(page: Path) -> None:
    """NAME in a path stands for a file that somebody is to write."""
    named = re.findall(
        r"`((?:bandit|streams|replay|tests|notebooks|docs|bench)/[\w/.-]*)`", text_of(page)
    )
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
            command = command_called(verb, rest)
            known = {name for parameter in command.params for name in parameter.opts}
            used = set(re.findall(r"(?<!\S)--[a-z-]+", rest))
            assert used <= known | {"--help"}, f"{page}: {piece}"


@pytest.mark.parametrize("page", READ, ids=str)
def test_every_setting_that_is_named_exists(page: Path) -> None:
    config = Config()
    sections = {"log": config.log, "worker": config.worker}
    sections |= {"metrics": config.metrics, "logs": config.logs}
    core = {name: getattr(config.core, name) for name in config.core.__struct_fields__}
    sections |= core
    for section, key in re.findall(r"`([a-z]+)\.([a-z_]+)`", text_of(page)):
        if section not in NO_SECTIONS and key not in FILE_ENDINGS:
            assert section in sections, f"{page}: {section}.{key}"
            assert hasattr(sections[section], key), f"{page}: {section}.{key}"


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
    report = text_of(Path("docs/how-to/read-a-report.md"))
    intervals = text_of(Path("docs/concepts/intervals.md"))
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


def test_explorers_that_arms_are_offered_are_not_refused() -> None:
    page = text_of(Path("docs/reference/configuration.md"))
    row = page[page.index("## [experiment.arms.NAME]") :].partition("| `explorer` | ")[2]
    offered = re.findall(r"`(\w+)`", row.partition(" | ")[0])
    assert offered
    for explorer in offered:
        make(PolicySettings(explorer=explorer))
