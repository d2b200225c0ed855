"""What came out of a drive through a market: labels, verdicts, and what was refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bandit.counted import counted
from bandit.errors import BadValue
from bandit.events import Ask, DeadLetter, Decision, Label, Reward, Task, Verdict
from replay.market.exploration import exploration_usd

if TYPE_CHECKING:
    from bandit.events import Output


@dataclass(slots=True)
class Outcome:
    """What came out of a drive.

    `answered` holds each task's newest verdict that no gold has corrected (what the customer got
    before anyone knew the truth), `verdicts` the newest of all. `asks_preferring` counts the asks
    that named labelers in `prefer`, `exploration_usd` what all decisions to explore are expected to
    cost (`replay.market.exploration`).
    """

    labels: list[Label] = field(default_factory=list)
    declines: int = 0
    expired: int = 0
    asks: int = 0
    asks_preferring: int = 0
    exploration_usd: float = 0.0
    tasks: dict[str, Task] = field(default_factory=dict)
    answered: dict[str, Verdict] = field(default_factory=dict)
    first: dict[str, Verdict] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    dead: list[DeadLetter] = field(default_factory=list)

    def open(self) -> int:
        """How many tasks have no verdict."""
        return len(self.tasks) - len(self.verdicts)

    def take(self, output: Output) -> None:
        """Note one output of the engine."""
        match output:
            case Verdict():
                self.first.setdefault(output.task, output)
                self.verdicts[output.task] = output
                if output.basis != "gold":
                    self.answered[output.task] = output
            case Ask():
                self.asks += 1
                self.asks_preferring += bool(output.prefer)
            case Decision():
                self.exploration_usd += exploration_usd(output)
            case Reward(basis="expired", revision=0):
                self.expired += 1
            case DeadLetter() if not is_of_forgotten(output):
                self.dead.append(output)
            case _:
                pass


def is_of_forgotten(letter: DeadLetter) -> bool:
    """Whether an answer was refused since it came after its task was forgotten: it is paid anyway.

    In a drive answers follow asks, so a task of theirs that isn't known was known before.

    Examples
    --------
    >>> is_of_forgotten(DeadLetter(rule="unknown_task", message="label for task 't': unknown task"))
    True
    >>> is_of_forgotten(DeadLetter(rule="unknown_task", message="gold of task 't': unknown task"))
    False
    """
    return letter.rule == "unknown_task" and letter.message.startswith(("label ", "decline "))


def taken(outcome: Outcome, name: str) -> Outcome:
    """Return `outcome` if the engine refused nothing; figures without what it refused would lie.

    Raises
    ------
    BadValue
        Naming the first thing that was refused, and why.
    """
    if outcome.dead:
        first = outcome.dead[0]
        raise BadValue(
            f"{name}: {first.message} ({counted(len(outcome.dead), 'such refusal')} in all)"
        )
    return outcome
