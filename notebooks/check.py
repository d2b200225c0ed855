"""Execute every notebook here afresh; each must also carry the outputs it was stored with."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

HERE = Path(__file__).resolve().parent
CELL_TIMEOUT_S = 300  # a reader waits no longer


def fault(path: Path) -> str | None:
    """Say in one text what is wrong with a notebook, or None."""
    notebook: Any = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if code and not any(cell.outputs for cell in code):
        return "it has no stored outputs: execute it, then save it"
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
    return None


def main() -> int:
    """Check all notebooks and return 1 if one has a fault."""
    faults = 0
    for path in sorted(HERE.glob("*.ipynb")):
        start = time.perf_counter()
        what = fault(path)
        faults += what is not None
        print(f"{path.name}: {what or 'ok'} ({time.perf_counter() - start:.1f} s)")
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main())
