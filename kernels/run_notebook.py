"""Runs notebooks through their kernel, without a browser, and reports cells, times, pictures and errors.

usage: run_notebook.py [--timeout SECONDS] [--pictures N] [--solved] [--folder DIR] NOTEBOOK...
A notebook fails if a cell has an error output or "exit status" on stderr (so GoNB reports a failed shell line), if it has too few
pictures, if it exceeds the time limit or, with --solved, if the check of an exercise does not accept the solution.
The notebook files are not changed.
"""

import argparse
import asyncio
import os
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from session import STATE, session

NOT_YET = "✗"  # notebook.Check's mark of an exercise that is not solved


def main() -> None:
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("notebooks", nargs="+", type=Path, metavar="NOTEBOOK")
    args.add_argument("--timeout", type=int, default=300, help="seconds for one notebook, its kernel's start included")
    args.add_argument("--pictures", type=int, default=0, help="minimum number of pictures in each notebook")
    args.add_argument("--solved", action="store_true", help="exercises have their solutions: each check must pass")
    args.add_argument("--folder", type=Path, help="working directory of the cells (default: the notebook's own)")
    a = args.parse_args()
    failed, log = 0, STATE / "kernel.log"  # GoNB's own log
    with session() as env:
        os.environ.update(env)  # the kernel inherits it
        log.write_text("")
        for path in a.notebooks:
            seen = run(path, a.folder or path.parent, a.timeout, log)
            problems = seen.problems
            if seen.pictures < a.pictures:
                problems.append(f"{seen.pictures} pictures, at least {a.pictures} were to be seen")
            if a.solved and seen.open_exercises:
                problems.append(f"{seen.open_exercises} checks do not accept the solution")
            failed += bool(problems)
            for problem in problems:
                print(f"  FAILED: {problem}")
    print(f"notebooks: {len(a.notebooks) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


def run(path: Path, folder: Path, timeout: int, log: Path) -> "Watch":
    """Runs one notebook, prints one line per cell, and returns the counts and problems."""
    print(path, flush=True)
    book = nbformat.read(path, as_version=4)
    watch = Watch()
    client = NotebookClient(
        book, timeout=timeout, kernel_name="resnetlab",
        allow_errors=True,  # as in the browser: the next cells run too
        resources={"metadata": {"path": str(folder)}}, on_cell_start=watch.start, on_cell_executed=watch.stop,
    )  # fmt: skip
    try:
        with open(log, "a") as kernel_log:
            asyncio.run(execute(client, timeout, kernel_log))
    except TimeoutError as e:
        watch.problems.append(str(e))
    except Exception as e:  # the kernel does not start, or dies
        watch.problems.append(f"{type(e).__name__}: {e}")
    print(f"  {watch.cells} cells, {time.monotonic() - watch.began:.1f} s, {watch.pictures} pictures, {len(watch.problems)} errors", flush=True)
    return watch


async def execute(client: NotebookClient, timeout: int, kernel_log) -> None:
    """Runs all cells. nbclient ends the kernel itself, after the last cell and when it is cancelled: nobody else may do it meanwhile."""
    cells = asyncio.ensure_future(client.async_execute(stderr=kernel_log))
    done, _ = await asyncio.wait([cells], timeout=timeout)
    if not done:
        cells.cancel()
        await asyncio.wait([cells])
        cells.exception()  # it says that the kernel died, or nothing
        raise TimeoutError(f"not finished after {timeout} s")
    await cells


class Watch:
    """Counts cells, pictures and problems; nbclient calls it for every cell."""

    def __init__(self):
        self.began = self.since = time.monotonic()
        self.cells = self.pictures = self.open_exercises = 0
        self.problems: list[str] = []

    def start(self, cell, cell_index):
        self.since = time.monotonic()

    def stop(self, cell, cell_index, execute_reply):
        if cell.cell_type != "code":
            return
        outputs = cell.outputs
        pictures = sum(has_picture(o) for o in outputs)
        self.cells, self.pictures = self.cells + 1, self.pictures + pictures
        self.open_exercises += sum(NOT_YET in o.get("data", {}).get("text/html", "") for o in outputs)
        seconds = time.monotonic() - self.since
        said = next(iter(joined(outputs, "stdout").strip().splitlines()), "")
        shown = "picture" if pictures == 1 else f"{pictures} pictures" if pictures else ""
        print(f"  {cell.id:24} {seconds:6.1f} s  {shown:10}  {said[:90]}".rstrip(), flush=True)
        # A stack trace arrives in pieces: join them before the search.
        stderr, errors = joined(outputs, "stderr"), [o.evalue for o in outputs if o.output_type == "error"]
        if errors or "exit status" in stderr:
            self.problems.append(f"cell {cell.id}:\n" + "\n".join([*errors, stderr]).strip().replace("\n", "\n    "))


def joined(outputs, stream: str) -> str:
    return "".join(o.text for o in outputs if o.output_type == "stream" and o.name == stream)


def has_picture(output) -> bool:
    data = output.get("data", {})
    return any(kind.startswith("image/") for kind in data) or "<img " in data.get("text/html", "") or "<svg" in data.get("text/html", "")


if __name__ == "__main__":
    main()
