"""The rules in docs/deploy/alerts.yaml, and when they fire on a tape."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.alerts.promql import parse, seconds

if TYPE_CHECKING:
    from tests.alerts.functions import Labels
    from tests.alerts.tape import Tape

FILE = Path(__file__).resolve().parents[2] / "docs" / "deploy" / "alerts.yaml"
RULE = re.compile(
    r"- alert: (?P<name>\w+)\n"
    r" +expr: (?P<expr>[^|>\n].*)\n"
    r"(?: +for: (?P<hold>\w+)\n)?"
    r" +labels: \{severity: (?P<severity>page|ticket)\}\n"
    r" +annotations:\n"
    r" +summary: '(?P<summary>.+)'\n"
    r" +description: '(?P<description>.+)'\n"
    r" +runbook_url: docs/(?P<runbook>\S+)\n"
)
QUOTED = re.compile(r"\{\{ \$labels\.(\w+) \}\}")


class Rule(NamedTuple):
    """An alert."""

    name: str
    expr: str
    hold_s: float
    text: str
    runbook: str

    def fires(self, tape: Tape) -> set[Labels]:
        """For which labels it fires at some time of the tape."""
        evaluate = parse(self.expr)
        since: dict[Labels, float] = {}
        fired: set[Labels] = set()
        for at in tape.times:
            series = evaluate(tape, at)
            assert not isinstance(series, float), "an alert is about series"
            since = {labels: since.get(labels, at) for labels in series}
            fired |= {labels for labels, began in since.items() if at - began >= self.hold_s}
        return fired

    def quoted(self) -> set[str]:
        """The labels that its summary and its description name."""
        return set(QUOTED.findall(self.text))


def rules() -> dict[str, Rule]:
    """Return all rules by name."""
    rules = {
        match["name"]: Rule(
            match["name"],
            match["expr"],
            seconds(match["hold"] or "0s"),
            match["summary"] + match["description"],
            match["runbook"],
        )
        for match in RULE.finditer(FILE.read_text(encoding="utf-8"))
    }
    assert len(rules) == FILE.read_text(encoding="utf-8").count("alert:"), (
        "a rule is not understood"
    )
    return rules


def firing(tape: Tape) -> set[str]:
    """Names of the alerts that fire on a tape."""
    return {name for name, rule in rules().items() if rule.fires(tape)}
