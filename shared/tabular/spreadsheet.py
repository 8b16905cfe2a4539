"""Reading XLSX, XLS and ODS files through a child process with limits on memory and time."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from shared.domain.files.cell import TypedCell
from shared.domain.files.file import FileRefused
from shared.tabular.caps import MIB, Caps
from shared.tabular.kind import Kind
from shared.tabular.raw_table import RawTable, Record

ROOT = Path(__file__).parents[2]
_DAMAGED = 1  # an exception nobody foresaw, such as a panic inside the reader


@contextmanager
def open_spreadsheet(
    path: Path, *, sheet: str | None, columns: Sequence[str], caps: Caps
) -> Iterator[RawTable]:
    """Open a sheet, by default the visible one that has most of the columns.

    Raises FileRefused, also in `records`.
    """
    with _start(path, sheet, columns, caps) as child:
        try:
            if _next_message(child, caps) != "ready":
                raise RuntimeError("the spreadsheet child did not start")
            opened = _next_message(child, caps)
            yield RawTable(
                kind=Kind(opened["kind"]),
                sheet=opened["sheet"],
                notes=tuple(opened["notes"]),
                records=_records(child, caps),
            )
        finally:
            child.kill()


def _start(path: Path, sheet: str | None, columns: Sequence[str], caps: Caps) -> subprocess.Popen[str]:
    command = [sys.executable, "-X", "utf8", "-m", "shared.tabular.spreadsheet_child"]
    wanted = {"sheet_name": sheet or "", "columns": list(columns)}
    return subprocess.Popen(  # noqa: S603  # no shell; the path is our own temporary file
        [*command, str(path.absolute()), json.dumps(asdict(caps)), json.dumps(wanted)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        env=child_environment(),
        cwd=ROOT,
    )


def child_environment() -> dict[str, str]:
    """What a child process needs to find Python's libraries and ours, and none of the secrets around it."""
    return {
        "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]),
        "LD_LIBRARY_PATH": str(Path(sys.base_prefix) / "lib"),
    }


def _next_message(child: subprocess.Popen[str], caps: Caps) -> Any:  # JSON
    assert child.stdout is not None  # noqa: S101  # it is a pipe
    line = child.stdout.readline()
    if not line.endswith("\n"):
        raise FileRefused(_end_reason(child.wait(), caps))
    message = json.loads(line)
    if isinstance(message, dict) and "refused" in message:
        raise FileRefused(message["refused"])
    return message


def _records(child: subprocess.Popen[str], caps: Caps) -> Iterator[Record]:
    while (message := _next_message(child, caps)) != "end":
        number, percent, is_hidden, written = message
        cells = tuple(TypedCell(*cell) if isinstance(cell, list) else cell for cell in written)
        yield Record(number, cells, percent, is_hidden=bool(is_hidden))


def _end_reason(code: int, caps: Caps) -> str:
    if code == _DAMAGED:
        return "The spreadsheet is damaged and cannot be opened. Save it again as XLSX or CSV."
    if -code in (signal.SIGALRM, signal.SIGXCPU):
        return (
            f"The spreadsheet takes over {caps.seconds} seconds to open. Save the sheet as CSV, or split it."
        )
    return (
        f"The spreadsheet takes more than {caps.memory_bytes // MIB:,} MiB of memory to open. Often a single "
        "cell far from the table is the cause: delete the rows below and the columns beside the table, or "
        "save the sheet as CSV."
    )
