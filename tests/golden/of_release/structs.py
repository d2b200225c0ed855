"""Print how a release reads its records, as the source of structs that need nothing of it."""

from __future__ import annotations

import sys
from enum import Enum
from typing import Any

HEAD = '''"""How poolwise {version} reads its records; written by tests/golden/write.py."""

from __future__ import annotations

from typing import Any

import msgspec

Feature = float | str
'''


def classes() -> list[type]:
    """Return the structs of the code at hand, those that others hold first."""
    import bandit.events
    import bandit.learn.brain
    import bandit.learn.calibration
    import bandit.learn.track_record
    import bandit.task.state
    import streams.learner.snapshots

    events = [one for one in vars(bandit.events).values() if _is_struct(one)]
    saved = getattr(bandit.learn.brain, "_Saved", None)
    if saved is None:
        from bandit.learn.saved_brain import SavedBrain as saved  # noqa: N813 - of any release
    trust = getattr(sys.modules.get("bandit.learn.trust"), "Trust", None)
    records: Any = bandit.learn.track_record
    record = getattr(records, "TrackRecord", None) or records.Record  # of any release
    state = bandit.task.state
    return [
        *(one for one in events if one is not bandit.events.Event),
        *(state.AskState, state.TaskState, state.HeldGold, state.DeskState),
        *(record, bandit.learn.calibration.Calibration, *filter(None, [trust]), saved),
        streams.learner.snapshots.Manifest,
    ]


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
    name = "Saved" if kind.__name__ == "SavedBrain" else kind.__name__.lstrip("_")
    lines = [f"class {name}(msgspec.Struct, kw_only=True{tag}):"]
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


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    from importlib.metadata import version

    parts = [HEAD.format(version=version("poolwise")), *map(source, classes())]
    sys.stdout.write("\n\n\n".join(parts) + "\n")
