"""Models of projects; those that were not rewarded for the longest give up room for others.

Beyond `memory.max_project_bytes` the project whose last reward is the oldest loses what takes most
room: its recent tasks and its machine labeler. What is known of its labelers, pools and classes,
and its calibration, stay, so it goes on from there; only old labels aren't weighed again, up to 31
that wait for their block aren't learned, and its machine labeler begins anew. If no other project
has any of these left, the oldest is forgotten, with the records of its pools.

Rule 1: sizes follow from the state, and order from the rewards, so every learner gives up the same.
Rule 2: the project of the newest reward gives up nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from bandit.learn.known_pools import KnownPools
from bandit.learn.project import ProjectModel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bandit.settings import MemorySettings

TASK_BYTES, CLASS_BYTES, SHARE_BYTES = 200, 50, 8
"""Bytes of a recent task in a snapshot: of any task, for each of its classes, and for each of its
classes and labels."""
PROJECT_BYTES = 3_000
"""Bytes of a project of which nothing else is kept."""


class KnownProjects:
    """Models by project, together at most `memory.max_project_bytes` in a snapshot, about.

    Parameters
    ----------
    memory
        How many bytes are kept.
    projects
        Those saved, the last rewarded last.
    pools
        What is known of their pools; projects that have nothing else are the oldest.

    Attributes
    ----------
    forgotten
        Projects that were forgotten since the list was last cleared.

    Examples
    --------
    >>> from bandit.settings import MemorySettings
    >>> known = KnownProjects(MemorySettings(max_project_bytes=8_000))
    >>> for name in ("p1", "p2", "p1", "p3", "p4"):
    ...     _ = known.seen(name)
    >>> [name for name, _ in known.items()]
    ['p1', 'p3', 'p4']
    """

    def __init__(
        self,
        memory: MemorySettings,
        projects: Mapping[str, ProjectModel] | None = None,
        pools: KnownPools | None = None,
    ) -> None:
        self.forgotten: list[str] = []
        self._most = memory.max_project_bytes
        self._pools = pools or KnownPools()
        projects = projects or {}
        others = (name for name in self._pools.projects() if name not in projects)
        self._projects = OrderedDict((name, ProjectModel()) for name in others)
        self._projects.update(projects)
        self._sizes = {name: self._size(name) for name in self._projects}
        self._total = sum(self._sizes.values())
        # Those that have recent tasks or a machine labeler, the last rewarded last.
        self._whole = OrderedDict.fromkeys(
            n for n, model in self._projects.items() if _is_whole(model)
        )

    def get(self, name: str) -> ProjectModel | None:
        """Return the models of a project; `None` if it is unknown."""
        return self._projects.get(name)

    def seen(self, name: str) -> ProjectModel:
        """Return the models of a project, which the next reward will change."""
        model = self._projects.get(name)
        if model is None or len(self._projects) > 1:  # one alone keeps all
            self._make_room()
            model = self._projects.get(name)
        if model is None:
            model = self._projects[name] = ProjectModel()
            self._sizes[name] = 0
        self._projects.move_to_end(name)
        self._whole[name] = None
        self._whole.move_to_end(name)
        return model

    def items(self) -> Iterator[tuple[str, ProjectModel]]:
        """Return all projects, the last rewarded last."""
        return iter(self._projects.items())

    def _make_room(self) -> None:
        """Measure the project of the last reward, and let others give up what is too much."""
        last = next(reversed(self._projects), None)
        if last is None:
            return
        self.measure(last)
        while self._total > self._most and len(self._projects) > 1:
            oldest = next(iter(self._whole), last)
            if oldest != last:
                del self._whole[oldest]
                model = self._projects[oldest]
                model.give_up_tasks()
                self.measure(oldest)
            else:
                oldest = next(iter(self._projects))
                del self._projects[oldest]
                self._total -= self._sizes.pop(oldest)
                self.forgotten.append(oldest)

    def measure(self, name: str) -> None:
        """Measure a project that has changed without a reward of its own."""
        size = self._size(name)
        self._total += size - self._sizes[name]
        self._sizes[name] = size

    def _size(self, name: str) -> int:
        return size_bytes(self._projects[name]) + self._pools.size_bytes(name)


def size_bytes(model: ProjectModel) -> int:
    """Return about how many bytes a project has in a snapshot, without labelers and pools' records.

    Examples
    --------
    >>> size_bytes(ProjectModel())
    3000
    """
    labels = model.labels
    pools = labels.labelers.sums.nbytes + labels.labelers.rows.nbytes
    window = labels.window
    tasks = TASK_BYTES * len(window.tasks) + CLASS_BYTES * window.classes
    tasks += SHARE_BYTES * window.labels * window.classes // max(1, len(window.tasks))
    signals = model.novelty.size_bytes + model.paces.size_bytes
    learners = model.machine.size_bytes + model.waiting_bytes
    return PROJECT_BYTES + pools + tasks + signals + learners


def _is_whole(model: ProjectModel) -> bool:
    return bool(model.labels.window.tasks) or model.machine.size_bytes + model.waiting_bytes > 0
