"""Write how a release reads its records, as the source of structs that need nothing of it."""

from __future__ import annotations

import re
import sys
from enum import Enum
from pathlib import Path
from typing import Any

HEAD = '''"""How poolwise {version} reads its {what}; written by tests/golden/write.py."""

from __future__ import annotations

'''
ALIASES = ("Feature", "Chances", "MachineMode")
"""Types of fields that are no structs, where a release has them."""


def events() -> list[type]:
    """Return the structs of events."""
    import bandit.events

    found = [one for one in vars(bandit.events).values() if _is_struct(one)]
    return [one for one in found if one is not bandit.events.Event]


def states() -> list[type]:
    """Return the structs of desks and of snapshots, those that others hold first."""
    import streams.learner.snapshots
    from bandit.task import state

    held = [getattr(state, "HeldPredictions", None)]  # of any release
    desks = [state.AskState, state.TaskState, state.HeldGold, *filter(None, held), state.DeskState]
    return [*desks, streams.learner.snapshots.Manifest]


def _is_struct(found: Any) -> bool:
    return isinstance(found, type) and hasattr(found, "__struct_fields__")


def source(kind: type) -> str:
    """Return a struct's source: its fields, their types and what they are if they aren't there."""
    import msgspec

    config: Any = kind.__struct_config__  # type: ignore[attr-defined]
    tag = f", tag={config.tag!r}" if config.tag else ""
    annotations: dict[str, str] = {}
    for one in reversed(kind.__mro__):
        annotations |= getattr(one, "__annotations__", {})
    lines = [f"class {kind.__name__}(msgspec.Struct, kw_only=True{tag}):"]
    for field in msgspec.structs.fields(kind):
        default = "" if field.default is msgspec.NODEFAULT else f" = {_written(field.default)}"
        if field.default_factory is not msgspec.NODEFAULT:
            default = f" = {field.default_factory()!r}"
        annotation = annotations[field.name].replace("AskStatus", "str")
        lines.append(f"    {field.name}: {annotation}{default}")
    return "\n".join(lines)


def _written(default: Any) -> str:
    """Return the source of a default; those that need a module of the release, without it."""
    import msgspec

    if default is msgspec.UNSET:
        return "msgspec.UNSET"
    return repr(default.value if isinstance(default, Enum) else default)


def module(what: str, kinds: list[type], folder: Path) -> str:
    """Return the source of a module of structs; those of states take events from beside them."""
    from importlib.metadata import version

    import bandit.events

    body = "\n\n\n".join(map(source, kinds))
    words = set(re.findall(r"\w+", body))
    aliases = {
        name: repr(getattr(bandit.events, name)).replace("typing.", "")
        for name in ALIASES
        if hasattr(bandit.events, name)
    }
    defined = ""
    if what == "events":
        defined = "".join(f"{name} = {alias}\n" for name, alias in aliases.items())
        words |= set(re.findall(r"\w+", defined))
    typing = sorted(words & {"Any", "Literal"})
    beside = sorted(words & ({kind.__name__ for kind in events()} | aliases.keys()))
    head = HEAD.format(version=version("poolwise"), what=what)
    if typing:
        head += f"from typing import {', '.join(typing)}\n\n"
    head += "import msgspec\n\n"
    if what != "events":
        head += f"from tests.golden.{folder.name}.events import {', '.join(beside)}\n\n"
    return f"{head}{defined}\n\n{body}\n"


def main(folder: Path) -> None:
    """Write the modules of the code at hand."""
    for what, kinds in (("events", events()), ("states", states())):
        (folder / f"{what}.py").write_text(module(what, kinds, folder), encoding="utf-8")


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    main(Path(sys.argv[2]))
