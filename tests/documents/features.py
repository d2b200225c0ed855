"""Writes the catalogue of features and signals from the code."""

from __future__ import annotations

from bandit.features.catalogue import CATALOGUE
from bandit.features.novelty import FIRST_TASKS
from bandit.features.reduced import LONGEST_TEXT, LONGEST_VECTOR, MOST_NUMBERS
from bandit.features.type_pace import TYPE
from bandit.machine.inputs import FLAGS, NUMBERS, OFTEN

HEAD = """# Features and signals

<!-- Generated: change bandit/features/catalogue.py, then run `python tests/test_documents.py`. -->

A **feature** is what you send with a task; a **signal** is what poolwise computes. Both are logged
as they were when the decision was made, since most can't be computed again later.
[`poolwise features LOG`](how-to/features.md) shows which are known, which changed, and what each is
worth.

## What you send

| feature | what is kept | who learns from it |
|---|---|---|"""
SENT = (
    (
        "a number",
        "as it is",
        (
            f"the machine labeler, which foresees the answer (at most {NUMBERS} numbers a project);"
            " the quality model, which foresees whether a pool's label is right (by its logarithm)"
        ),
    ),
    (
        f"a text of up to {LONGEST_TEXT} characters: a category, a language, a short title",
        "as it is",
        (
            f"the machine labeler, by words that came {OFTEN} times (at most {FLAGS} a project); "
            "the quality model, as one category"
        ),
    ),
    (
        "a longer text",
        f"its words as a vector of at most {MOST_NUMBERS} numbers",
        "the machine labeler",
    ),
    (
        f"a vector of up to {LONGEST_VECTOR:,} numbers, such as an embedding",
        f"at most {MOST_NUMBERS} numbers",
        "the machine labeler",
    ),
    (f"`{TYPE}`, if it is a text", "as any text", "beside that, the labelers' pace"),
    (
        "predictions of your own model ([`Prediction`](events.md))",
        "chances of the classes",
        "the machine labeler; until gold shows how far to believe them, they count for half",
    ),
)
SENT_TAIL = """
Send what tells the answer (an embedding, a prediction) and what makes a task hard (its language,
its length: of a long text only the words are kept). Don't send ids: nothing can be learned from
what never comes again.

## What poolwise computes

"Used by" says what learns from a signal, or decides by it. Those that are watched are logged and
change no decision ([why](decisions/0043-signals-that-are-watched.md)).
"""
TABLES = {
    "task": "Of the task",
    "system": "Of the moment",
    "pool": "Of each pool that could be asked",
    "labeler": "Of the labeler, when the label comes",
}
TAIL = f"""
Derived signals aren't logged by themselves: they follow from the field that is named. Novelty is
unknown for a project's first {FIRST_TASKS} tasks. Signals of pools and labelers are those of the
project, as the rewards up to the decision's `brain_position` say; replaying these rewards gives the
same values, which a test holds.

Beside these, the **model of labels** has, for each labeler and pool, what they say of each class
([the model of labels](concepts/model-of-labels.md)), and the **machine labeler** gives `prior`, the
chances of the classes as foreseen from the features.
"""


def features_page() -> str:
    """Return the page, with a table for what each kind of signal is about."""
    lines = [HEAD, *(f"| {' | '.join(row)} |" for row in SENT), SENT_TAIL]
    for about, title in TABLES.items():
        lines += [
            f"### {title}\n",
            "| signal | meaning | logged in | used by |",
            "|---|---|---|---|",
        ]
        for signal in CATALOGUE:
            if signal.about == about:
                where = f"{signal.logged} (derived)" if signal.is_derived else signal.logged
                lines.append(f"| `{signal.name}` | {signal.meaning} | {where} | {signal.used_by} |")
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n" + TAIL
