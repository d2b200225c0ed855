"""Execute every notebook here afresh; each must also carry the outputs it was stored with.

python notebooks/check.py            execute, and say what is wrong
python notebooks/check.py --store    execute, and store the outputs
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

HERE = Path(__file__).resolve().parent
CELL_TIMEOUT_S = 300  # a reader waits no longer
MOST_BYTES = 600_000  # plots are small, and git keeps every version of them
PRIVATE = tuple(str(place) for place in (HERE.parent, Path.home(), Path(tempfile.gettempdir())))


def fault(path: Path, *, store: bool) -> str | None:
    """Say in one text what is wrong with a notebook, or None; `store` its outputs if asked to."""
    notebook: Any = nbformat.read(path, as_version=4)
    if not store and (what := stored_fault(path, notebook)):
        return what
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT_S,
        kernel_name="python3",
        resources={"metadata": {"path": str(HERE)}},
    )
    try:
        client.execute()
    except CellExecutionError as error:
        return str(error)
    if store:
        for cell in notebook.cells:
            cell.metadata.pop("execution", None)  # when it ran: other bytes every time
        nbformat.write(notebook, path)
        return stored_fault(path, notebook)
    return None


def stored_fault(path: Path, notebook: Any) -> str | None:
    """Say what is wrong with the outputs that a notebook carries, or None."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if code and not any(cell.outputs for cell in code):
        return "it has no stored outputs: run notebooks/check.py --store"
    if path.stat().st_size > MOST_BYTES:
        return f"{path.stat().st_size:,} bytes, at most {MOST_BYTES:,}: make the plots smaller"
    outputs = str([cell.outputs for cell in code])
    named = [place for place in PRIVATE if f"{place}/" in outputs]
    return f"its outputs name a place on this machine: {named[0]}" if named else None


def main() -> int:
    """Check all notebooks and return 1 if one has a fault."""
    store = "--store" in sys.argv[1:]
    faults = 0
    for path in sorted(HERE.glob("*.ipynb")):
        start = time.perf_counter()
        what = fault(path, store=store)
        faults += what is not None
        print(f"{path.name}: {what or 'ok'} ({time.perf_counter() - start:.1f} s)")
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main())
