"""Table of the figures by set, and the two halves: chosen on one, reported on the other."""

from __future__ import annotations

from statistics import fmean, median
from typing import TYPE_CHECKING

from bench.consensus.reference import HALVES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.consensus.equal_accuracy import Needed
    from bench.consensus.figures import Mean, SetFigures

GAP_LIMIT = -0.05
LEAST_WORSE = 0.0001
"""Least rise of a Brier score that counts: the map clips log-odds, which can raise it by less."""
RATIO_OF_A_POINT = 0.1
"""In the choice of a configuration: a point of accuracy weighs as much as 10 % of the labels."""
SURE = 1.96

HEAD = (
    f"{'set':14}{'accuracy':>16}{'gap':>15}{'at end':>8}{'chosen':>13}{'random':>13}"
    f"{'labels':>7}{'right':>7}{'ECE raw':>14}{'no gold':>14}{'100 gold':>14}"
    f"{'Brier raw':>10}{'map':>7}{'gold':>14}{'CROWDLAB':>15}"
)


def print_sets(sets: Sequence[SetFigures]) -> None:
    """Print one line a set, and one with the medians."""
    print(HEAD)
    for one in sets:
        plain, told = one.without_gold, one.with_gold
        gold = f"{told.brier_raw.value:.3f}/{told.brier.value:.3f}" if told else "–"
        print(
            f"{one.name:14}{_pair(one.accuracy):>16}"
            f"{f'{one.gap:+.3f}±{one.gap_standard_error:.3f}':>15}{one.gap_at_end:+8.3f}"
            f"{_ratio(one.ratio_chosen):>13}{_ratio(one.ratio_random):>13}"
            f"{one.labels_per_task.value:7.2f}{one.accuracy_at_price.value:7.3f}"
            f"{_pair(plain.error_raw):>14}{_pair(plain.error):>14}"
            f"{_pair(told.error) if told else '–':>14}"
            f"{plain.brier_raw.value:10.3f}{plain.brier.value:7.3f}{gold:>14}"
            f"{_pair(one.crowdlab) if one.crowdlab else '–':>15}"
        )
    for line in summary(sets):
        print(line)


def summary(sets: Sequence[SetFigures]) -> list[str]:
    """Medians and worst cases of some sets, a line a figure."""
    gaps = [one.gap for one in sets]
    below = [one.name for one in sets if one.gap + SURE * one.gap_standard_error < GAP_LIMIT]
    told = [one.with_gold.error.value for one in sets if one.with_gold]
    blue = [
        f"; bluebird {one.tasks_with_truth * one.accuracy.value:.1f} of {one.tasks_with_truth}"
        for one in sets
        if one.name == "bluebird"
    ]
    worse = [
        f"{one.name} (by {more:.4f})"
        for one in sets
        for by in (one.without_gold, one.with_gold)
        if by and (more := by.brier.value - by.brier_raw.value) >= LEAST_WORSE
    ]
    low = ", ".join(below) or "none"
    later = [one.gap_at_end for one in sets]
    first = f"gap: median {median(gaps):+.4f}, worst {min(gaps):+.3f}"
    end = f"gap at the end: median {median(later):+.4f}, worst {min(later):+.3f}"
    lines = [f"{first}, significantly below {GAP_LIMIT:g}: {low}{''.join(blue)}", end]
    for name, needed in (
        ("chosen", [one.ratio_chosen for one in sets]),
        ("random", [one.ratio_random for one in sets]),
    ):
        values = [one.labels for one in needed]
        over = [s.name for s, one in zip(sets, needed, strict=True) if one.labels > 1.0]
        short = [
            f"{s.name} (by {one.short:.3f}±{s.task_standard_error:.3f})"
            for s, one in zip(sets, needed, strict=True)
            if not one.reached
        ]
        lines.append(
            f"labels at equal accuracy, {name}: median {median(values):.3f},"
            f" worst {max(values):.2f}, above 1: {', '.join(over) or 'none'};"
            f" not reached, so that all labels count: {', '.join(short) or 'none'}"
        )
    raw, mapped = (
        [getattr(s.without_gold, key).value for s in sets] for key in ("error_raw", "error")
    )
    gold = f"{median(told):.3f}" if told else "–"
    lines.append(
        f"ECE above the floor: median raw {median(raw):.3f}, no gold {median(mapped):.3f},"
        f" 100 gold {gold}; Brier worse than raw: {', '.join(worse) or 'none'}"
    )
    return lines


def choose(by_model: Mapping[str, Mapping[str, SetFigures]]) -> list[str]:
    """Return the model that is best on each half: labels needed, and accuracy on all labels."""

    def loss(spec: str, half: Sequence[str]) -> float:
        sets = [by_model[spec][name] for name in half]
        labels = fmean(min(1.0, r.labels) for s in sets for r in (s.ratio_chosen, s.ratio_random))
        return labels - 100 * RATIO_OF_A_POINT * fmean(one.gap for one in sets)

    return [min(by_model, key=lambda spec: loss(spec, half)) for half in HALVES]


def print_halves(by_model: Mapping[str, Mapping[str, SetFigures]], chosen: list[str]) -> None:
    """Print each half under the model that was chosen on the other."""
    for spec, other in zip(chosen, reversed(HALVES), strict=True):
        print(f"\nchosen on the other six: {spec}; reported on {', '.join(other)}")
        print("\n".join(summary([by_model[spec][name] for name in other])))


def _pair(of: Mean) -> str:
    return f"{of.value:.3f}±{of.standard_error:.3f}"


def _ratio(of: Needed) -> str:
    return f"{'' if of.reached else '>'}{of.labels:.2f}±{of.standard_error:.2f}"
