"""Writes the reference of the configuration from the settings' classes and the comments in them."""

from __future__ import annotations

import inspect
import io
import math
import re
import tokenize
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import msgspec

from bandit.decide.policies.explorers import EXPLORERS
from bandit.experiment_settings import ArmSettings, ExperimentSettings
from bandit.settings import ExplorerName, ProjectSettings, Settings
from streams.config.config import Config

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = """# Configuration

<!-- Generated: change the settings' classes, then run `python tests/test_documents.py`. -->

One TOML file, given with `--config`. Every key may be left out: its default then holds. A key
that does not exist is an error that names the nearest one. Names that end in `_s` are seconds;
names with `usd` are US dollars. [Change the configuration](../how-to/configuration.md) says how to
try a change before it is in force.
"""
SEED = "the same seed and the same events give the same decisions."
REFUSED = frozenset(get_args(ExplorerName)) - EXPLORERS.keys()
"""Explorers of targets of `evaluate` and `tune` alone: in an arm, as in any worker, refused."""
FIELD = re.compile(r"    (\w+): ")


def reasons(section: type) -> dict[str, str]:
    """Comment beside each key in the source of its class; keys without one are left out."""
    source = inspect.getsource(section)
    comments: dict[int, str] = {}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and token.line.strip() != token.string:
            comments[token.start[0]] = token.string.lstrip("# ")
    found, key = {}, ""
    for number, line in enumerate(source.splitlines(), 1):
        field = FIELD.match(line)
        key = field[1] if field else key
        if number in comments:
            found[key] = comments[number]
    return found


def written(value: Any) -> str:
    """Return a default as TOML writes it; what is unset is empty."""
    if value is None or value is msgspec.NODEFAULT:
        return ""
    if isinstance(value, float) and math.isfinite(value):
        return f"`{value:.12g}`"
    return (
        f"`{str(value).lower()}`" if isinstance(value, bool) else f"`{value!r}`".replace("'", '"')
    )


def kind(type_: Any, refused: frozenset[str] = frozenset()) -> str:
    """Return a key's type in words, without choices that are refused."""
    text = getattr(type_, "__name__", None) or str(type_)
    if "Literal" in str(type_):
        choices = [name for name in re.findall(r"'([^']+)'", str(type_)) if name not in refused]
        return " or ".join(f"`{choice}`" for choice in choices)
    if "FixedRedundancy" in str(type_):
        return "table"
    names = {
        "dict": "tables",
        "int": "whole number",
        "float": "number",
        "str": "text",
        "bool": "true or false",
    }
    text = str(type_) if "|" in str(type_) else text
    return next((word for name, word in names.items() if name in text), text)


def rows(section: type, name: str) -> Iterator[str]:
    """Yield a section's heading, first line and table."""
    why = reasons(section)
    hints = get_type_hints(section)
    yield f"## [{name}]"
    yield (inspect.getdoc(section) or "").partition("\n")[0]
    lines = ["| key | type | default | meaning, or reason for the default |", "|---|---|---|---|"]
    for field in msgspec.structs.fields(section):
        refused = REFUSED if section is ArmSettings else frozenset()
        cells = (kind(hints[field.name], refused), written(field.default), why.get(field.name, ""))
        lines.append(f"| `{field.name}` | {' | '.join(cells)} |".replace("|  |", "| |"))
    yield "\n".join(line.replace("  ", " ") for line in lines)


def settings_page() -> str:
    """Return the page: first what the process needs, then the core."""
    parts = [HEAD]
    for field in msgspec.structs.fields(Config):
        if field.name != "core":
            parts += rows(type(field.default), field.name)
    seed = next(field for field in msgspec.structs.fields(Settings) if field.name == "seed")
    parts += ["## Above all sections", f"`seed` (default {written(seed.default)}): {SEED}"]
    for field in msgspec.structs.fields(Settings):
        if isinstance(field.default, msgspec.Struct):
            parts += rows(type(field.default), field.name)
    parts += [
        "## [projects.NAME]",
        "The keys of `[project]`, for the project NAME alone: "
        + ", ".join(f"`{key}`" for key in ProjectSettings.__struct_fields__)
        + ".",
        *rows(ExperimentSettings, "experiment"),
        *rows(ArmSettings, "experiment.arms.NAME"),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"
