"""Makes the tables in `docs/examples` that the pages read: simulated labels and decisions."""

from __future__ import annotations

import random


def labels() -> tuple[str, str]:
    """Return 300 tasks with five labels each by two vendors, and the tasks' true answers."""
    chance = random.Random(2)
    bought, truths = ["task,labeler,pool,label,at,price"], ["task,truth"]
    for task in range(300):
        truth = chance.choice(["spam", "fine"])
        truths.append(f"{task},{truth}")
        for number in range(5):
            pool = chance.choice(["vendor-a", "vendor-b"])
            right = chance.random() < (0.92 if pool == "vendor-a" else 0.8)
            label = truth if right else {"spam": "fine", "fine": "spam"}[truth]
            labeler = f"{pool}-{(task * 7 + number * 11) % 29}"
            at = f"2026-03-{1 + task // 10:02d}T09:{task % 10:02d}:{number:02d}"
            bought.append(f"{task},{labeler},{pool},{label},{at},0.05")
    return "\n".join(bought) + "\n", "\n".join(truths) + "\n"


def decisions() -> str:
    """Return 4,000 decisions: the pool asked, its propensity, whether the label was right."""
    chance = random.Random(1)
    rows = ["pool,propensity,right,length"]
    for _ in range(4000):
        pool, share = chance.choices([("crowd", 0.7), ("trained", 0.3)], [0.7, 0.3])[0]
        right = chance.random() < (0.9 if pool == "trained" else 0.7)
        rows.append(f"{pool},{share},{int(right)},{chance.randint(5, 90)}")
    return "\n".join(rows) + "\n"


def examples() -> dict[str, str]:
    """Return the text of each table by its path from the project's root."""
    bought, truths = labels()
    texts = {"labels": bought, "truth": truths, "decisions": decisions()}
    return {f"docs/examples/{name}.csv": text for name, text in texts.items()}
