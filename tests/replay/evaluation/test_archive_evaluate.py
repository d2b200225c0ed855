"""`evaluate` reads an archive as it reads the log it was made from."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING

import msgspec
import pytest

from bandit.errors import InputError, LogCorrupt, LogError, MissingInput
from bandit.events import Decision, Reward, Verdict
from poolwise import main
from replay import evaluate
from replay.log_files import archive_folder, archive_header
from replay.log_files.histories import OwnLog
from streams.archive import columns as archive_columns
from streams.archive import names as archive_names
from streams.embedded.log import EmbeddedLog
from streams.log.log import NewRecord
from tests.replay.task_log.own_log_writer import World, simulate
from tests.streams.archive.archive_audit import archive_all, files, write

if TYPE_CHECKING:
    from pathlib import Path

    from replay.results.evaluation import Evaluation

Events = list[Decision | Reward | Verdict]


def both(tmp_path: Path, events: Events, every: int = 100) -> tuple[Path, Path]:
    """Write a log and archive it."""
    path, folder = tmp_path / "log.db", tmp_path / "archive"
    with closing(EmbeddedLog(path, partitions=3, create=True, synchronous="NORMAL")) as log:
        write(log, events)
        archive_all(log, folder, every)
    return path, folder


@pytest.mark.parametrize("target", ["greedy", "uniform", "logging", "always:a"])
@pytest.mark.parametrize("stops", [True, False])
def test_the_numbers_are_those_of_the_log(tmp_path: Path, target: str, *, stops: bool) -> None:
    """Equal to the last bit: 700 tasks over many ranges and days, audits and late gold."""
    events = simulate(World(audit=0.3, stops=stops), 700, seed=4)
    path, folder = both(tmp_path, events)
    found = evaluate(folder, target=target, delay_usd_per_hour=0.1)
    assert found == evaluate(path, target=target, delay_usd_per_hour=0.1)
    assert found.counts["tasks"] == 700
    assert found.value is not None


def test_the_numbers_of_what_a_real_worker_wrote_are_those_of_its_log(tmp_path: Path) -> None:
    assert main(["demo", "--tasks", "100", "--dir", str(tmp_path), "--json"]) == 0
    with closing(EmbeddedLog(tmp_path / "demo.db")) as log:
        archive_all(log, tmp_path / "archive", every=50)
    found = evaluate(tmp_path / "archive", target="greedy")
    assert found == evaluate(tmp_path / "demo.db", target="greedy")
    assert found.rows > 80


def test_rewards_alone_say_that_tasks_without_labels_are_not_among_them(tmp_path: Path) -> None:
    _, folder = both(tmp_path, simulate(World(audit=0.3), 100, seed=2))
    files = str(folder / "rewards" / "*" / "*.parquet")
    alone = evaluate(files, action="pool", propensity="propensity", reward="reward")
    whole = evaluate(folder)
    assert any("labels judged again count again" in note for note in alone.notes)
    assert any("answered without labels have no row" in note for note in alone.notes)
    assert not any("without labels" in note for note in whole.notes)


def test_the_newest_revision_of_a_reward_is_taken(tmp_path: Path) -> None:
    """Whatever its order in the log, and of what was written twice the first, as of the log."""
    events = simulate(World(stops=False), 100, seed=2)
    first = next(event for event in events if isinstance(event, Reward))
    later = msgspec.structs.replace(first, revision=5, reward=1000.0)
    twice = msgspec.structs.replace(first, revision=5, reward=-7.0, decided_at=0.0)
    path, folder = both(tmp_path, [later, *events, twice], every=10)
    found = evaluate(folder, target="logging")
    assert found == evaluate(path, target="logging")
    assert found.value is not None
    assert found.value > 1


def test_of_two_records_of_different_days_the_first_of_the_log_counts(tmp_path: Path) -> None:
    events = simulate(World(), 60, seed=2)
    copies = [
        msgspec.structs.replace(event, at=event.at - 90_000.0, confidence=0.5)
        for event in events
        if isinstance(event, Verdict)
    ]
    path, folder = both(tmp_path, [*events, *copies], every=10_000)
    found = evaluate(folder, target="logging")
    assert found.value == evaluate(path, target="logging").value
    assert found.value != evaluate_of(tmp_path, [*copies, *events]).value


def evaluate_of(tmp_path: Path, events: Events) -> Evaluation:
    path = tmp_path / "other.db"
    with closing(EmbeddedLog(path, partitions=3, create=True)) as log:
        write(log, events)
    return evaluate(path, target="logging")


def test_records_that_are_no_event_are_counted_as_those_of_the_log(tmp_path: Path) -> None:
    path, folder = tmp_path / "log.db", tmp_path / "archive"
    with closing(EmbeddedLog(path, partitions=3, create=True)) as log:
        write(log, simulate(World(), 200, seed=1))
        log.write([NewRecord("decisions", b"t", b"{oops"), NewRecord("rewards", b"t", None)])
        archive_all(log, folder)
    found = evaluate(folder)
    assert found == evaluate(path)
    assert found.counts["unread"] == 1


def last_file(folder: Path, topic: str) -> Path:
    return max(
        (paths[-1] for (name, _), paths in files(folder).items() if name == topic),
        key=lambda path: path.name,
    )


def test_a_range_that_is_not_whole_yet_is_left_out_and_named(tmp_path: Path) -> None:
    """As one looks that is getting its names now: its last file has a temporary one still."""
    events = simulate(World(), 300, seed=1)
    verdicts = [event for event in events if isinstance(event, Verdict)]
    path, folder = tmp_path / "log.db", tmp_path / "archive"
    with closing(EmbeddedLog(path, create=True)) as log:
        write(log, events)
        archive_all(log, folder, every=10_000)
        before = evaluate(folder)
        for day in range(3):
            late = [msgspec.structs.replace(e, at=e.at % 80_000 + 86_400 * day) for e in verdicts]
            write(log, [msgspec.structs.replace(e, task=f"{e.task}-{day}") for e in late])
        archive_all(log, folder, every=10_000)
    named, waiting = sorted(folder.glob("verdicts/*/*of3.parquet"))[:2]
    rest = sorted(folder.glob("verdicts/*/*of3.parquet"))[2]
    waiting.rename(waiting.with_name(f".{waiting.name}.tmp"))
    after = evaluate(folder)
    assert after.estimates == before.estimates
    assert after.counts == before.counts | {"incomplete": 2}
    assert any(named.name in note and rest.name in note for note in after.notes)


def test_tasks_whose_rewards_are_lost_are_left_out(tmp_path: Path) -> None:
    """A copy that lacks its last file of rewards."""
    path, folder = both(tmp_path, simulate(World(), 300, seed=1))
    last_file(folder, "rewards").unlink()
    with OwnLog(path) as whole, OwnLog(folder) as copy:
        has = {history.task: history.rewards for history in whole.histories()}
        left = list(copy.histories())
        assert 0 < copy.unrewarded == len(has) - len(left)
        assert all(len(one.rewards) == len(has[one.task]) for one in left if one.verdicts)
        assert any("rewards of theirs are missing" in note for note in copy.notes())


def test_an_archive_without_rewards_that_are_whole_says_so(tmp_path: Path) -> None:
    _, folder = both(tmp_path, simulate(World(), 300, seed=1), every=100_000)
    last_file(folder, "rewards").unlink()
    with pytest.raises(MissingInput, match="no task has all of its rewards"):
        evaluate(folder)


def test_an_archive_that_lags_answers_with_the_tasks_it_has_whole(tmp_path: Path) -> None:
    """Verdicts come after decisions: the tasks between are pending, as in a log."""
    events = simulate(World(), 400, seed=1)
    path, folder = tmp_path / "log.db", tmp_path / "archive"
    with closing(EmbeddedLog(path, create=True)) as log:
        write(log, events)
        archive_all(log, folder, every=40)
    for topic in ("verdicts", "rewards"):
        last_file(folder, topic).unlink()
    found = evaluate(folder, target="logging")
    assert found.counts["pending"] > 0
    assert found.counts["incomplete"] == 0
    assert not found.refused


def test_files_that_were_lost_or_doubled_are_an_error_that_names_them(tmp_path: Path) -> None:
    _, folder = both(tmp_path, simulate(World(), 200, seed=1), every=40)
    first, second, third, *_ = files(folder)["decisions", 0]
    kept = second.read_bytes()
    second.unlink()
    with pytest.raises(LogCorrupt, match=f"{third.name}: the file before it, that ends at"):
        evaluate(folder)
    second.write_bytes(kept)
    copy = second.with_name(
        second.name.replace(second.name[12:24], f"{int(second.name[12:24]) - 1:012}")
    )
    copy.write_bytes(kept)
    with pytest.raises(LogCorrupt, match=f"{first.name} and .*{copy.name} hold the same positions"):
        evaluate(folder)
    copy.unlink()
    second.write_bytes(kept[:200])
    with pytest.raises(LogCorrupt, match=f"{second.name}: can't be read"):
        evaluate(folder)


def test_a_lost_part_of_an_older_range_is_an_error(tmp_path: Path) -> None:
    events = simulate(World(), 1200, seed=1)  # a day has 864
    _, folder = both(tmp_path, events, every=500)
    part = next(folder.glob("decisions/*/decisions-0-000000000500-*-1of2.parquet"))
    named = part.name.replace("1of2", "2of2")
    part.unlink()
    with pytest.raises(LogCorrupt, match=f"{named}: another of its 2 parts is missing"):
        evaluate(folder)


def test_tasks_without_some_of_their_decisions_are_left_out(tmp_path: Path) -> None:
    """An archive that began after the log had deleted its first days."""
    events = simulate(World(), 300, seed=1)
    whole = [e for e in events if e.task not in {"t0", "t1"}]
    headless = [
        e for e in events if not (isinstance(e, Decision) and e.task == "t0" and e.ask == 1)
    ]
    headless = [e for e in headless if e.task != "t1"]
    assert any(isinstance(e, Decision) and e.task == "t0" for e in headless)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    _, cut = both(tmp_path / "a", headless)
    _, known = both(tmp_path / "b", whole)
    found = evaluate(cut)
    assert found.estimates == evaluate(known).estimates
    assert found.counts["headless"] == 1
    assert any("1 tasks are left out" in note for note in found.notes)


def test_a_newer_version_of_the_columns_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.archive.partition_writer.SCHEMA_VERSION", 2)
    _, folder = both(tmp_path, simulate(World(), 30, seed=1))
    with pytest.raises(LogError, match="version 2, this poolwise reads 1"):
        evaluate(folder)


@pytest.mark.parametrize("topic", ["decisions", "rewards", "verdicts"])
def test_a_part_of_an_archive_names_the_whole(tmp_path: Path, topic: str) -> None:
    _, folder = both(tmp_path, simulate(World(), 30, seed=1))
    told = f"{folder / topic}: a part of an archive; give the whole: {folder}"
    for read in (evaluate, OwnLog):
        with pytest.raises(MissingInput) as raised:
            read(folder / topic)
        assert str(raised.value) == told


def test_a_folder_that_is_no_archive_and_one_that_is_empty_say_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no log in this folder"):
        evaluate(tmp_path)
    with pytest.raises(MissingInput, match="a folder that is not an archive"):
        OwnLog(tmp_path)
    _, folder = both(tmp_path, [])
    assert not folder.joinpath("rewards").exists()
    (folder / "rewards").mkdir()
    with pytest.raises(MissingInput, match="holds no decisions yet"):
        evaluate(folder)


def test_both_mean_the_same_folder() -> None:
    assert archive_names.HEADER == archive_header.HEADER
    assert archive_names.SCHEMA_VERSION == archive_header.SCHEMA_VERSION
    assert archive_names._NAME == archive_folder._NAME
    assert set(archive_columns.EVENTS) == set(archive_folder.TOPICS)


def test_the_command_reads_the_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, folder = both(tmp_path, simulate(World(audit=0.3), 500, seed=1))
    answers = []
    for source in (path, folder):
        assert main(["evaluate", str(source), "--target", "greedy", "--json"]) == 0
        answers.append(json.loads(capsys.readouterr().out))
    assert answers[0] == answers[1]
