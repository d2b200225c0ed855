"""Few, unequal and unnamed clusters: logs whose rows of one user are correlated.

A reward has a part that a user's rows share. Its share of the variance is the intraclass
correlation (of rewards 0 and 1: that of the normal variable that is cut). Users are a sample, so
the truth is the mean over all users that there could be.

Designs with the column named (`cluster`) and without it: the evaluator is not told that rows of
one user are correlated, and has to find out or to refuse.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtr

from bench.attacks.attack import Attack

if TYPE_CHECKING:
    from numpy.typing import NDArray

NAMES = ("a", "b", "c")
LOGGING = np.array([0.5, 0.3, 0.2])
TARGETS = {"near": np.array([0.35, 0.35, 0.3]), "far": np.array([0.05, 0.1, 0.85])}
SCORES = np.array([-0.4, 0.0, 0.5])
"""Score of each action: mean of a real reward, probit of a rate, logarithm of mean dollars."""

GOALS = {"binary": 0.93, "real": 0.93, "positive": 0.92}


def means(kind: str) -> NDArray[np.float64]:
    """Mean reward of each action."""
    found: dict[str, NDArray[np.float64]] = {
        "binary": ndtr(SCORES),
        "real": SCORES,
        "positive": np.exp(SCORES),
    }
    return found[kind]


def equal(rng: np.random.Generator, n: int, users: int) -> NDArray[np.int64]:
    """User of each row; all have as many rows."""
    return rng.permutation(np.arange(n) % users)


def lognormal(rng: np.random.Generator, n: int, users: int) -> NDArray[np.int64]:
    """User of each row; shares are log-normal, so that a few users have most rows."""
    shares = rng.lognormal(0.0, 1.2, users)
    return rng.choice(users, n, p=shares / shares.sum())


def giant(rng: np.random.Generator, n: int, users: int) -> NDArray[np.int64]:
    """User of each row; one has 40 % of them, the others share the rest equally."""
    others = rng.integers(1, users, n)
    return np.where(rng.random(n) < 0.4, 0, others)


def one_to_500(rng: np.random.Generator, n: int, users: int) -> NDArray[np.int64]:
    """User of each row; users of 1 to 500 rows, log-uniform, until there are n rows."""
    sizes = np.exp(rng.uniform(0.0, np.log(500.0), 20 + n // users)).astype(int)
    return rng.permutation(np.repeat(np.arange(len(sizes)), sizes)[:n])


def one_user_a_row(rng: np.random.Generator, n: int, users: int) -> NDArray[np.int64]:
    """User of each row, drawn anew each time: no two rows are correlated but by chance."""
    return rng.integers(0, users, n)


def make(
    rng: np.random.Generator,
    n: int,
    *,
    sizes: Any = equal,
    users: int = 10,
    icc: float = 0.3,
    kind: str = "real",
    target: str = "near",
    tastes: bool = False,
    in_order: bool = False,
) -> dict[str, Any]:
    """Return the columns of a log.

    Parameters
    ----------
    rng, n
        Source of chance, and how many rows.
    sizes, users
        Which user a row is of, and how many users there are.
    icc
        Intraclass correlation of rewards.
    kind, target
        What rewards are, and which target's chances are written.
    tastes
        Whether what a user's rows share differs by action.
    in_order
        Whether the rows of a user follow each other.
    """
    user = sizes(rng, n, users)
    if in_order:
        user = np.sort(user)
    action = rng.choice(len(NAMES), n, p=LOGGING)
    shared = rng.normal(size=(user.max() + 1, len(NAMES)))
    if not tastes:
        shared[:] = shared[:, :1]
    noise = np.sqrt(icc) * shared[user, action] + np.sqrt(1 - icc) * rng.normal(size=n)
    score = SCORES[action]
    reward = {
        "binary": (score + noise > 0).astype(float),
        "real": score + noise,
        "positive": np.exp(score + noise - 0.5),
    }[kind]
    columns: dict[str, Any] = {
        "user": np.char.add("u", user.astype(str)),
        "action": np.array(NAMES)[action],
        "reward": reward,
        "propensity": LOGGING[action],
    }
    for at, name in enumerate(NAMES):
        columns[f"log_{name}"] = np.full(n, LOGGING[at])
        columns[f"target_{name}"] = np.full(n, TARGETS[target][at])
    return columns


def design(name: str, *, told: bool = True, **options: Any) -> Attack:
    """Attack with a log as `make` has it, where the evaluator is or isn't told of users."""
    kind, target = options.get("kind", "real"), options.get("target", "near")
    asked: dict[str, Any] = {"logged": "columns:log_", "target": "columns:target_"}
    asked |= {"cluster": "user"} if told else {"context": ("user",)}
    truth = float(TARGETS[target] @ means(kind))
    return Attack(f"clusters: {name}", GOALS[kind], truth, partial(make, **options), asked)


ATTACKS = (
    *(
        design(f"{users} equal, {kind}, icc {icc:g}", users=users, icc=icc, kind=kind)
        for users, icc, kind in (
            (3, 0.3, "real"),
            (5, 0.3, "real"),
            (8, 0.1, "binary"),
            (8, 0.8, "positive"),
            (10, 0.3, "binary"),
            (20, 0.8, "real"),
            (40, 0.3, "positive"),
        )
    ),
    design("10 equal, far", users=10, target="far"),
    design("20 equal, tastes, far, binary", users=20, tastes=True, target="far", kind="binary"),
    design("20 log-normal, binary", sizes=lognormal, users=20, kind="binary"),
    design("40 log-normal, real, icc .8", sizes=lognormal, users=40, icc=0.8),
    design("100 log-normal, positive", sizes=lognormal, users=100, kind="positive"),
    design("40, one with 40 % of the rows", sizes=giant, users=40, icc=0.3),
    design("1 to 500 rows a user", sizes=one_to_500, users=20, icc=0.3),
    design("1 to 500 rows a user, positive", sizes=one_to_500, users=20, kind="positive"),
    design("not told, 10 users", told=False, users=10, icc=0.2),
    design("not told, 50 users", told=False, users=50, icc=0.1, kind="binary"),
    design("not told, 50 users in order", told=False, users=50, in_order=True, kind="positive"),
    design("not told, tastes, far", told=False, users=100, icc=0.5, tastes=True, target="far"),
    design("not told, 1 to 500 rows a user", told=False, sizes=one_to_500, users=20, icc=0.2),
    design("not told, uncorrelated", told=False, sizes=one_user_a_row, users=200, icc=0.0),
)
