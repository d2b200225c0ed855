"""Projections keep lengths and angles, and are the same everywhere."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandit.features.projection import BLOCK, projected, projected_words, rounded

NUMBERS = st.floats(-1e6, 1e6)
WIDE = (-2.74357, 1.11723, 0.205061, -3.99515)
WORDS = (0.0, -0.790569, -0.632456, 1.42302)


def test_the_same_numbers_come_out_in_every_process_and_release() -> None:
    """If this fails, models that were learned before read other features: don't change it."""
    wide = tuple((n * 37 % 101) / 50.0 - 1.0 for n in range(100))
    assert projected("image", wide, 4) == WIDE
    assert projected_words("note", "The quick brown fox, quick and brown", 4) == WORDS
    code = (
        "from bandit.features.projection import projected_words as p;"
        "print(p('note', 'The quick brown fox, quick and brown', 4))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, text=True, stdout=subprocess.PIPE
    )
    assert done.stdout.strip() == repr(WORDS)


@given(st.lists(NUMBERS, min_size=1, max_size=200), st.lists(NUMBERS, min_size=1, max_size=200))
def test_it_is_linear(one: list[float], other: list[float]) -> None:
    """Within the rounding to 6 significant digits."""
    length = min(len(one), len(other))
    a, b = one[:length], other[:length]
    both = projected("x", tuple(p + q for p, q in zip(a, b, strict=True)), 16)
    apart = np.add(projected("x", tuple(a), 16), projected("x", tuple(b), 16))
    scale = max(1.0, *(abs(number) for number in (*a, *b)))
    assert np.allclose(both, apart, atol=1e-4 * scale * length)


def test_a_longer_vector_keeps_what_a_shorter_one_has() -> None:
    rng = np.random.default_rng(1)
    short = tuple(rng.normal(size=BLOCK + 10))
    padded = (*short, *(0.0 for _ in range(2 * BLOCK)))
    assert projected("x", short, 64) == projected("x", padded, 64)


def test_names_draw_apart() -> None:
    vector = tuple(np.random.default_rng(2).normal(size=100))
    assert projected("x", vector, 64) != projected("y", vector, 64)


@pytest.mark.parametrize("size", [21, 32, 64])
def test_lengths_and_inner_products_are_kept_on_average(size: int) -> None:
    """Over 200 pairs of 512 numbers, sparse ones too; a mean off by 5 standard errors: 6e-7."""
    rng = np.random.default_rng(3)
    errors = []
    for number in range(200):
        a, b = rng.normal(size=(2, 512))
        if number % 2:
            a[rng.random(512) < 0.95] = 0.0  # few, large coordinates
        b = 0.6 * a + 0.8 * b
        a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
        found = np.dot(
            projected(f"f{number}", tuple(a), size), projected(f"f{number}", tuple(b), size)
        )
        errors.append(found - a @ b)
    mean, deviation = float(np.mean(errors)), float(np.std(errors))
    assert abs(mean) < 5 * deviation / 200**0.5
    assert deviation < 1.6 / size**0.5  # a dense Gaussian one: at most sqrt(2 / size)


def test_words_count_once_in_any_case_and_order() -> None:
    one = projected_words("note", "Dogs bite men. Dogs!", 64)
    assert one == projected_words("note", "men, dogs\nBITE", 64)
    assert one != projected_words("note", "men love dogs", 64)
    assert np.linalg.norm(one) == pytest.approx(1.0, rel=0.3)


def test_texts_that_share_words_are_nearer_than_others() -> None:
    def near(a: str, b: str) -> float:
        return float(np.dot(projected_words("t", a, 64), projected_words("t", b, 64)))

    base = " ".join(f"w{n}" for n in range(40))
    half = " ".join(f"w{n}" for n in range(20, 60))
    other = " ".join(f"v{n}" for n in range(40))
    assert near(base, half) > near(base, other) + 0.2


def test_scripts_without_spaces_count_by_pairs_of_letters() -> None:
    text = "\u8fd9\u662f\u4e00\u4e2a\u5f88\u957f\u7684\u53e5\u5b50" * 5
    other = "\u90a3\u4e0d\u662f\u4e00\u53ea\u72d7\u548c\u732b\u7684" * 5
    assert projected_words("t", text, 64) != projected_words("t", other, 64)
    assert np.linalg.norm(projected_words("t", text, 64)) > 0.5


@pytest.mark.parametrize("text", ["", " \n\t" * 100, "...---..." * 20])
def test_a_text_without_words_is_all_zeros(text: str) -> None:
    assert projected_words("t", text, 3) == (0.0, 0.0, 0.0)


def test_half_a_character_is_a_word_as_any_other() -> None:
    assert any(projected_words("\ud83d", "a \ud83d b", 8))


@given(st.floats(-1e12, 1e12))
def test_numbers_keep_six_significant_digits(number: float) -> None:
    (kept,) = rounded([number])
    assert kept == pytest.approx(number, rel=5.1e-6, abs=0.0)
    assert rounded([kept]) == (kept,)
