"""The command `poolwise`: quick help, clear errors, and the exit codes that scripts rely on."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from poolwise import VERBS, main

ROOT = Path(__file__).resolve().parents[1]
HEAVY = {
    "bandit", "streams", "replay", "asyncio", "kafka", "matplotlib", "msgspec", "numpy", "pandas",
    "pyarrow", "pylibvw", "rich", "river", "scipy", "sqlite3", "vowpalwabbit",
}  # fmt: skip
HELP_S = 0.2  # beyond an empty Python: what still feels like at once
# Mounts one more verb, `try`, whose body stands where %s is.
WITH_A_VERB = """
import sys, poolwise
@poolwise.cli.command("try")
def trial():
    from bandit.errors import BadValue, CannotAnswer
    %s
sys.exit(poolwise.main(["try"]))
"""


def python(
    *args: str, path: Path = ROOT, cwd: Path = ROOT, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run Python in a new process that finds our packages in `path`."""
    return subprocess.run(
        [sys.executable, *args],
        capture_output=True,
        check=False,
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(path)} | environment,
        text=True,
        timeout=60,
    )


def poolwise(*args: str) -> subprocess.CompletedProcess[str]:
    """Run the command as its users do."""
    return python("-m", "poolwise", *args)


def test_only_the_command_reads_the_environment() -> None:
    """Below the face, what a process is to know is an argument: tests and libraries can pass it."""
    modules = [
        path for name in ("bandit", "streams", "replay") for path in (ROOT / name).rglob("*.py")
    ]
    below = [path for path in modules if path.parent.name != "cli"]
    assert len(below) > 300
    words = re.compile(r"\b(environb?|getenv)\b")
    assert [path for path in below if words.search(path.read_text(encoding="utf-8"))] == []


def test_help_lists_every_verb_with_its_line() -> None:
    answer = poolwise("--help")
    text = " ".join(answer.stdout.split())
    assert answer.returncode == 0
    assert [name for name, verb in VERBS.items() if f"{name} {verb.line}" not in text] == []


def test_help_imports_nothing_heavy() -> None:
    source = "import sys, poolwise; poolwise.main(['--help']); print('\\n' + ' '.join(sys.modules))"
    answer = python("-c", source)
    loaded = set(answer.stdout.splitlines()[-1].split())
    assert "click" in loaded
    assert loaded & HEAVY == set()


def test_help_answers_at_once() -> None:
    """The best of five runs, less the best of five of an empty Python, takes under 0.2 s."""

    def best_s(*args: str) -> float:
        times_s = []
        for _ in range(5):
            start = time.perf_counter()
            python(*args)
            times_s.append(time.perf_counter() - start)
        return min(times_s)

    assert best_s("-m", "poolwise", "--help") - best_s("-c", "pass") < HELP_S


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_its_own_help(verb: str, capfd: pytest.CaptureFixture[str]) -> None:
    """The table names a module and an attribute that exist, and the help shows an example."""
    assert main([verb, "--help"]) == 0
    assert f"poolwise {verb}" in capfd.readouterr().out.partition("\n")[2]


def test_version_is_the_one_of_the_project() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert poolwise("--version").stdout == f"poolwise, version {version}\n"


def test_an_unknown_verb_is_wrong_usage_and_the_nearest_is_suggested(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert main(["evalute"]) == 2
    assert "'evaluate'" in capfd.readouterr().err


def test_an_unknown_option_is_wrong_usage() -> None:
    assert poolwise("--nonsense").returncode == 2
    assert main(["demo", "--nonsense"]) == 2


def test_an_error_of_the_tree_is_one_line_and_exit_code_1() -> None:
    answer = python("-c", WITH_A_VERB % "raise BadValue('row 7: propensity is 0')")
    assert answer.returncode == 1
    assert answer.stderr == "poolwise: row 7: propensity is 0\n"


def test_a_log_that_cannot_answer_is_exit_code_3() -> None:
    answer = python("-c", WITH_A_VERB % "raise CannotAnswer('too few\\n tasks')")
    assert answer.returncode == 3
    assert answer.stderr == "poolwise: too few tasks\n"


def test_an_error_of_our_own_keeps_its_traceback() -> None:
    """What no file of the user's can cause is a bug, and a bug must be seen whole."""
    for bug in ("{}['missing']", "raise EOFError('truncated')"):
        answer = python("-c", WITH_A_VERB % bug)
        assert answer.returncode == 1
        assert "Traceback" in answer.stderr


def test_an_error_of_the_system_is_one_line_that_names_the_file() -> None:
    answer = python("-c", WITH_A_VERB % "open('no/such/place', 'w')")
    assert answer.returncode == 1
    assert answer.stderr == "poolwise: no/such/place: No such file or directory\n"


def test_what_standard_output_cannot_show_is_written_in_ascii() -> None:
    source = WITH_A_VERB % "print('\\u2603 \\udcff')"
    answer = python("-c", source, PYTHONIOENCODING="ascii")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout == "\\u2603 \\udcff\n"


def test_a_disk_that_is_full_is_one_line() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no disk that is always full")
    with Path("/dev/full").open("w") as full:
        answer = subprocess.run(
            [sys.executable, "-c", WITH_A_VERB % "print('x')"],
            check=False,
            cwd=ROOT,
            stderr=subprocess.PIPE,
            stdout=full,
            text=True,
            timeout=60,
        )
    assert answer.returncode == 1
    assert answer.stderr == "poolwise: No space left on device\n"


def test_an_interrupt_is_a_short_line_and_exit_code_130() -> None:
    answer = python("-c", WITH_A_VERB % "raise KeyboardInterrupt")
    assert answer.returncode == 130
    assert answer.stderr.strip() == "poolwise: interrupted"


@pytest.mark.parametrize("body", ["print('x')", "print('x\\n' * 100_000)"], ids=["end", "middle"])
def test_a_reader_that_has_gone_is_no_error(body: str) -> None:
    """Output that meets a closed pipe, while printing or at the end, ends without a word."""
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as closed:
        answer = subprocess.run(
            [sys.executable, "-c", WITH_A_VERB % body],
            check=False,
            cwd=ROOT,
            stderr=subprocess.PIPE,
            stdout=closed,
            text=True,
            timeout=60,
        )
    assert answer.stderr == ""
    assert answer.returncode == 1


def test_a_foreign_bandit_is_refused_by_name(tmp_path: Path) -> None:
    """The linter of that name, found before ours, is said so instead of failing somewhere deep."""
    linter = tmp_path / "bandit" / "__init__.py"
    linter.parent.mkdir()
    linter.touch()
    source = (
        f"import sys; sys.path.append({str(ROOT)!r}); from poolwise import main; sys.exit(main())"
    )
    answer = python("-c", source, path=tmp_path, cwd=tmp_path)
    assert answer.returncode == 1
    assert answer.stderr.startswith("poolwise: the package 'bandit' is not the one of poolwise (")
    assert answer.stderr.count("\n") == 1


def test_a_foreign_distribution_over_our_files_is_refused(tmp_path: Path) -> None:
    """Its files lie among ours, so only its record tells."""
    for name in ("bandit", "streams", "replay"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    (tmp_path / "poolwise.py").write_text((ROOT / "poolwise.py").read_text())
    (tmp_path / "bandit-1.8.0.dist-info").mkdir()
    answer = python("-m", "poolwise", "--help", path=tmp_path, cwd=tmp_path)
    assert answer.returncode == 1
    assert "'bandit' has overwritten files of poolwise" in answer.stderr
