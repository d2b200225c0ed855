"""The saved form of a model of labels: it goes on from there exactly."""

from __future__ import annotations

import msgspec
import numpy as np

from bandit.errors import StateError
from bandit.labels.agreement import Agreement
from bandit.labels.ambiguity import RIVAL, LevelWeights
from bandit.labels.copying import Copying
from bandit.labels.labelers import CHAINS, Labelers, alike
from bandit.labels.model import LabelModel
from bandit.labels.past import Past
from bandit.labels.window import LabeledTask
from bandit.packed import compressed, decompressed, packed, unpacked

_NO_SHARES = np.zeros(0, np.float32)


class SavedTask(msgspec.Struct, frozen=True, array_like=True):
    """A recent task with its labels; see `bandit.labels.window`."""

    task: str
    classes: tuple[int, ...]
    prior: list[list[float]] | None
    slots: list[int]
    pools: list[str]
    answers: list[int]
    numbers: list[int]
    tilts: list[float]
    shares: list[list[float]] | None
    likelihood: list[list[float]] | None
    level: list[list[float]] | None
    gold: int | None
    weight: float
    asked: float
    counted: int | None = None
    rival: list[float] | None = None


class SavedLabels(msgspec.Struct, frozen=True):
    """A model of labels; arrays are little-endian bytes.

    `counts` and `label_shares` are float32, `given`, `pool_of` and `last` int64, the others
    float64. What grows with the labelers is packed (`bandit.packed`), their names as JSON; so are
    the shares of the window's labels, task by task. Before there were `label_shares` and `rivals`,
    each label was counted for all classes of its task, and a rival showed in half of several pools;
    before there were `gold_counts`, gold didn't say how frequent classes are, and before there were
    `shares_in_labels`, neither did the frequencies of labels. Before there were `past_classes` and
    `past_levels`, what tasks behind the window had shown didn't fade; before there were `clocks`
    and `last`, neither did what labelers had shown of their pool who don't label any more. `alike`
    follows from the counts where it is missing; before there was `agreement`, how often labels
    agree said nothing of how often pools are right.
    """

    classes: list[str]
    pools: list[str]
    labelers: bytes
    counts: list[bytes]
    given: list[bytes]
    pool_of: list[bytes]
    sums: bytes
    said: bytes
    rows: bytes
    golds: int
    class_counts: bytes
    scores: list[float]
    level_counts: bytes
    levels: list[float]
    alone: float
    tasks: int
    labels: int
    window: list[SavedTask]
    turn: list[str]
    best: dict[str, tuple[str, ...]]
    ranked_at: int
    copying: dict[str, list[float]] = {}
    pending: list[str] = []
    waiting: int = 0
    updated_at: int = 0
    label_shares: list[bytes] = []
    rivals: list[float] | None = None
    gold_counts: bytes = b""
    shares_in_labels: bytes = b""
    past_classes: bytes = b""
    past_levels: bytes = b""
    clocks: list[int] = []
    last: list[bytes] = []
    alike: float | None = None
    agreement: list[list[list[float]]] = []


def save(model: LabelModel) -> SavedLabels:
    """Return the saved form of a model."""
    known = model.labelers
    names = list(known.slots)  # in this order, of equals the first is the better one
    slots = np.array([known.slots[name] for name in names], np.int64)
    place = {int(slot): i for i, slot in enumerate(slots)}
    shares = [task.label_shares for task in model.window.tasks.values()]
    return SavedLabels(
        classes=list(model.classes),
        pools=list(known.pools),
        labelers=compressed(msgspec.json.encode(names)),
        counts=packed(known.counts[slots]),
        given=packed(known.given[slots]),
        pool_of=packed(known.pool_of[slots]),
        sums=_bytes(known.sums),
        said=_bytes(known.said),
        rows=_bytes(known.rows),
        golds=known.golds,
        class_counts=_bytes(model.class_counts),
        scores=model.scores.tolist(),
        level_counts=_bytes(model.level_counts[:, :RIVAL]),
        levels=model.levels.levels.tolist(),
        alone=model.levels.alone,
        tasks=model.tasks,
        labels=model.labels,
        window=[
            SavedTask(
                name,
                task.classes,
                None if task.prior is None else task.prior.tolist(),
                [place[slot] for slot in task.slots],
                task.pools,
                task.answers,
                task.numbers,
                task.tilts,
                None if task.shares is None else task.shares.tolist(),
                None if task.likelihood is None else task.likelihood.tolist(),
                None if task.level is None else task.level[:, :RIVAL].tolist(),
                task.gold,
                task.weight,
                task.asked,
                None if task.counted == len(task.slots) else task.counted,
                None if task.level is None else task.level[:, RIVAL].tolist(),
            )
            for name, task in model.window.tasks.items()
        ],
        turn=model.window.turn,
        best=model.best,
        ranked_at=model.ranked_at,
        copying={pool: nats.tolist() for pool, nats in model.copying.evidence.items()},
        pending=model.pending,
        waiting=model.waiting,
        updated_at=model.updated_at,
        label_shares=packed(
            np.concatenate([_NO_SHARES, *[one.reshape(-1) for one in shares if one is not None]])
        ),
        rivals=model.level_counts[:, RIVAL].tolist(),
        gold_counts=_bytes(model.gold_counts),
        shares_in_labels=_bytes(model.shares_in_labels),
        past_classes=_bytes(model.past.classes),
        past_levels=_bytes(model.past.levels),
        clocks=known.clocks.tolist(),
        last=packed(known.last[slots]),
        alike=known.alike,
        agreement=[model.agreement.log_odds.tolist(), model.agreement.information.tolist()],
    )


def load(saved: SavedLabels) -> LabelModel:
    """Return the model that was saved.

    Raises
    ------
    StateError
        If an array has another shape than the names say.
    """
    try:
        return _load(saved)
    except ValueError as error:
        raise StateError(f"saved model of labels: {error}") from error


def _load(saved: SavedLabels) -> LabelModel:
    names = msgspec.json.decode(decompressed(saved.labelers), type=list[str])
    k, n_pools, n = len(saved.classes), len(saved.pools), len(names)
    model = LabelModel()
    model.classes = {name: i for i, name in enumerate(saved.classes)}
    known = model.labelers = Labelers(k)
    known.pools = {name: i for i, name in enumerate(saved.pools)}
    known.slots = dict(zip(names, range(n), strict=True))
    known.golds = saved.golds
    if n:
        known.counts = unpacked(saved.counts, np.float32, n, CHAINS, k, k)
        known.given = unpacked(saved.given, np.int64, n)
        known.pool_of = unpacked(saved.pool_of, np.int64, n)
        known.came, known.next_came = np.arange(n), n
        known.last = unpacked(saved.last, np.int64, n) if saved.last else np.zeros(n, np.int64)
    known.clocks = np.array(saved.clocks or [0] * n_pools, np.int64)
    known.alike = alike(known) if saved.alike is None else saved.alike
    known.sums = _floats(saved.sums, n_pools, 2, CHAINS, k, k)
    known.said = _floats(saved.said, n_pools, k)
    known.rows = _floats(saved.rows, n_pools, CHAINS, k, k)
    model.class_counts = _floats(saved.class_counts, CHAINS, k)
    model.gold_counts = _floats(saved.gold_counts, 2, k) if saved.gold_counts else np.zeros((2, k))
    if saved.shares_in_labels:
        model.shares_in_labels = _floats(saved.shares_in_labels, k)
    else:
        model.update_shares()
    model.scores = np.array(saved.scores)
    model.level_counts = _with_rivals(
        _floats(saved.level_counts, CHAINS, RIVAL), saved.rivals, n_pools
    )
    model.tasks, model.labels = saved.tasks, saved.labels
    model.levels = LevelWeights.of(saved.alone, np.array(saved.levels))
    for task in saved.window:
        labeled = LabeledTask(
            task.classes,
            None if task.prior is None else np.array(task.prior),
            list(task.slots),
            list(task.pools),
            list(task.answers),
            list(task.numbers),
            list(task.tilts),
            None if task.shares is None else np.array(task.shares),
            None if task.likelihood is None else np.array(task.likelihood),
            None if task.level is None else _with_rivals(np.array(task.level), task.rival, n_pools),
            task.gold,
            task.weight,
            task.asked,
            len(task.slots) if task.counted is None else task.counted,
        )
        model.window.put(task.task, labeled)
    _load_past(model, saved)
    _load_shares(model, saved.label_shares)
    model.window.turn = list(saved.turn)
    model.pending, model.waiting = list(saved.pending), saved.waiting
    model.updated_at = saved.updated_at
    model.best, model.ranked_at = dict(saved.best), saved.ranked_at
    model.copying = Copying(saved.copying)
    if saved.agreement:
        model.agreement = Agreement(*(np.array(one).reshape(-1, CHAINS) for one in saved.agreement))
    return model


def _with_rivals(levels: np.ndarray, rivals: list[float] | None, n_pools: int) -> np.ndarray:
    """Return counts of levels and, last, of tasks with a rival: shape (chains, levels + 1)."""
    if rivals is None:
        rivals = levels[:, 1:].sum(axis=1) / (1.0 if n_pools == 1 else 0.5)
    return np.column_stack([levels, rivals])


def _load_past(model: LabelModel, saved: SavedLabels) -> None:
    """Give the model what tasks behind its window showed: all that those in it didn't."""
    past = model.past
    if saved.past_levels:
        past.classes = _floats(saved.past_classes, *model.class_counts.shape)
        past.levels = _floats(saved.past_levels, *model.level_counts.shape)
        return
    past.classes, past.levels = model.class_counts.copy(), model.level_counts.copy()
    within = Past()
    within.widen(len(model.classes))
    for task in model.window.tasks.values():
        within.add(task)
    past.classes -= within.classes
    past.levels -= within.levels


def _load_shares(model: LabelModel, saved: list[bytes]) -> None:
    """Give the labels of the window the shares that they were counted with."""
    counted = [task for task in model.window.tasks.values() if task.shares is not None]
    if not saved:
        for task in counted:
            task.label_shares = np.tile(np.float32(task.shares), (task.counted, 1, 1))
        return
    sizes = [task.counted * CHAINS * len(task.classes) for task in counted]
    shares = np.split(unpacked(saved, np.float32, sum(sizes)), np.cumsum(sizes))
    for task, its in zip(counted, shares, strict=False):  # the last is empty
        task.label_shares = its.reshape(task.counted, CHAINS, len(task.classes))


def _bytes(array: np.ndarray) -> bytes:
    return array.astype("<f8").tobytes()


def _floats(data: bytes, *shape: int) -> np.ndarray:
    return np.frombuffer(data, "<f8").astype(np.float64).reshape(shape)
