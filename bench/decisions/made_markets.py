"""Markets that nobody designed: made by chance, to be run by `bench/decide.py --market FILE`.

    python -m bench.decisions.made_markets FOLDER [--markets 24]

Drawn are classes and their shares, what features tell, how tasks are hard, what an answer and an
expert are worth, and one to six pools: prices, skills, how many labelers and how alike, who of them
spams, drifts, declines or stays silent, and capacities.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

FORMS = {
    "tempting": ("share", (0.05, 0.1, 0.25)),
    "rasch": ("spread", (0.7, 1.3)),
    "ambiguous": ("share", (0.1, 0.2)),
    "visible": ("weight", (2.0,)),
}


def made_market(number: int) -> str:
    """Return the text of the market of a number, the same each time.

    Examples
    --------
    >>> made_market(6).splitlines()[:3]
    ['[tasks]', 'count = 800', 'classes = 3']
    """
    chance = random.Random(1000 + number)
    classes = chance.choice([2, 2, 3, 4, 5, 7])
    value_usd = chance.choice([0.3, 0.6, 1.0, 2.0, 5.0, 20.0])
    is_skewed = chance.random() < 0.4
    lines = ["[tasks]", f"count = {chance.choice([800, 1500, 2500])}", f"classes = {classes}"]
    if is_skewed:
        halves = [0.5**i for i in range(classes)]
        shares = [round(half / sum(halves), 4) for half in halves[:-1]]
        lines.append(f"class_weights = {[*shares, round(1.0 - sum(shares), 4)]}")
    match chance.choice(["none", "weak", "strong"]):
        case "none":
            lines.append('features = "none"')
        case "weak":
            lines += ["hinted_share = 0.3", "noise = 1.5"]
        case _:
            lines += ["hinted_share = 0.8", "noise = 0.5"]
    lines += [
        "[arrivals]",
        f"tasks_per_hour = {chance.choice([30.0, 120.0, 400.0])}",
        f"deadline_s = {chance.choice([1800.0, 3600.0, 14400.0])}",
        f"value_usd = {value_usd}",
        "[experts]",
        f"usd_per_label = {round(value_usd * chance.choice([0.1, 0.25, 0.6]), 3)}",
    ]
    form = chance.choice(["", *FORMS])
    if form:
        name, values = FORMS[form]
        value = chance.choice(values) if len(values) > 1 else values[0]
        lines += ["[[difficulty]]", f'form = "{form}"', f"{name} = {value}"]
    return "\n".join([*lines, *_pools(chance, classes, value_usd, form)]) + "\n"


def _pools(chance: random.Random, classes: int, value_usd: float, form: str) -> list[str]:
    """Draw the pools, from the cheapest on."""
    skill, usd = chance.uniform(0.6, 0.8), value_usd * chance.choice([0.002, 0.005, 0.01, 0.03])
    lines: list[str] = []
    for number in range(chance.choice([1, 2, 3, 4, 6])):
        lines += [
            "[[pools]]",
            f'name = "pool{number}"',
            f"usd_per_label = {usd:.5f}",
            f"skill = {min(0.98, max(1.05 / classes, skill)):.3f}",
            f"labelers = {chance.choice([3, 12, 60, 300])}",
            f"spread = {chance.choice([6.0, 20.0, 60.0])}",
            f"silent = {chance.choice([0.0, 0.05])}",
            f"declines = {chance.choice([0.0, 0.02, 0.1])}",
            f"delay_s = {chance.choice([30.0, 120.0, 400.0])}",
        ]
        if form == "tempting":
            lines.append(f"misled = {chance.choice([0.2, 0.5, 0.8])}")
        if chance.random() < 0.25:
            lines.append(f"spammer_share = {chance.choice([0.1, 0.3])}")
        if chance.random() < 0.25:
            lines.append(f"drift = {chance.choice([-0.15, 0.1])}")
        if chance.random() < 0.2:
            lines.append("favourite_share = 0.6")
        if chance.random() < 0.2:
            lines.append(f"capacity_per_hour = {chance.choice([20.0, 100.0])}")
        skill += chance.uniform(-0.05, 0.15)
        usd *= chance.choice([1.0, 1.5, 2.5, 4.0])
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--markets", type=int, default=24)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, given.markets + 1):
        (given.folder / f"made-{number}.toml").write_text(made_market(number))


if __name__ == "__main__":
    main()
