"""Run by each child process's Python: it tells the parent which functions of mutmut's it comes to."""

import os

_PATH = os.environ.get("MUTANT_HITS")  # a named pipe: a child may write no files

if _PATH and os.environ.get("MUTANT_UNDER_TEST") == "stats":
    from mutmut.mutation import trampoline

    _pipe = os.open(_PATH, os.O_WRONLY)
    _told: set[str] = set()

    def _tell(name: str, caller: str | None = None) -> None:
        if name not in _told:
            _told.add(name)
            os.write(_pipe, f"{name}\n".encode())

    trampoline.record_trampoline_hit = _tell  # type: ignore[attr-defined]
