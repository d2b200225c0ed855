"""Tables with all that can be wrong with them, each of which must be answered or refused in a line.

    python bench/fuzz_tables.py [--cases 100000] [--commands 1000] [--seed 0] [--first 0]

Each case is a table (`tests/replay/fuzz`), written in some way, perhaps damaged, and a question. It
must end in an answer or in an error of the tree in bandit/errors.py whose message is one line; any
other exception, and any warning of numpy's or others, is a failure. Prints how many ended how, and
error lines by kind; ends with 1 if a case failed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from itertools import chain
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.replay.fuzz.case import FAILED, run_case
from tests.replay.fuzz.command_case import run_command_case

SHOWN = 40


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--commands", type=int, default=1_000, help="cases of the command line")
    parser.add_argument("--kinds", type=int, default=SHOWN, help="kinds of lines that are shown")
    asked = parser.parse_args()
    ends: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    started = time.perf_counter()
    tables = (run_case(asked.seed, asked.first + at) for at in range(asked.cases))
    commands = (run_command_case(asked.seed, asked.first + at) for at in range(asked.commands))
    for found in chain(tables, commands):
        ends[found.end] += 1
        kinds[found.kind] += 1
        if found.end == FAILED:
            print(f"FAILED {found.case}\n{found.text}", flush=True)
    seconds = time.perf_counter() - started
    cases = f"{asked.cases:,} tables and {asked.commands:,} commands"
    print(f"{cases}, seed {asked.seed}, {seconds:.0f} s")
    for end, count in ends.most_common():
        print(f"  {count:8,}  {end}")
    print("by kind of line:")
    for kind, count in kinds.most_common(asked.kinds):
        print(f"  {count:8,}  {kind}")
    return int(ends[FAILED] > 0)


if __name__ == "__main__":
    sys.exit(main())
