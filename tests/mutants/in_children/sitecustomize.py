"""Run by each child process's Python: it learns which change holds, and tells the parent what it comes to."""

import json
import os
from pathlib import Path

_told = json.loads((Path(__file__).parent / "told.json").read_text())
os.environ["MUTANT_UNDER_TEST"] = _told["chosen"]

if _told["hits"]:
    from mutmut.mutation import trampoline

    _pipe = os.open(_told["hits"], os.O_WRONLY)  # a named pipe: a child may write no files
    _hits: set[str] = set()

    def _tell(name: str, caller: str | None = None) -> None:
        if name not in _hits:
            _hits.add(name)
            os.write(_pipe, f"{name}\n".encode())

    trampoline.record_trampoline_hit = _tell  # type: ignore[attr-defined]  # untyped there
