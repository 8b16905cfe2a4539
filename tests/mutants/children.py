"""What reads files runs in child processes, to which mutmut does not look: here they learn what is changed.

A plugin of pytest, for mutmut's copy alone. Children get no environment of ours, hence none of mutmut's, and
a test holds that: each is told by a file beside the module that Python runs first, and tells in turn which
functions it came to.
"""

import fcntl
import json
import os
import shutil
from pathlib import Path

import pytest
from mutmut.state import state

from shared.tabular import child

_PIPE_BYTES = 1 << 20
_CHOSEN = "MUTANT_UNDER_TEST"
_RUN_FIRST = Path(__file__).parent / "in_children" / "sitecustomize.py"
_given = child.child_environment


class _Hits:
    """The named pipe into which children write."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / f"mutant-hits-{os.getpid()}"
        os.mkfifo(self.path)
        self._pipe = os.open(self.path, os.O_RDWR | os.O_NONBLOCK)
        fcntl.fcntl(self._pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)

    def names(self) -> set[str]:
        """The functions that were told since it was asked last."""
        pieces = []
        try:
            while piece := os.read(self._pipe, _PIPE_BYTES):
                pieces.append(piece)
        except BlockingIOError:
            pass
        return set(b"".join(pieces).decode().split())

    def close(self) -> None:
        """Take the pipe away."""
        os.close(self._pipe)
        self.path.unlink()


_hits: pytest.StashKey[_Hits] = pytest.StashKey()
_site: pytest.StashKey[Path] = pytest.StashKey()


def pytest_configure(config: pytest.Config) -> None:
    """From here on children are told."""
    if os.environ.get(_CHOSEN) == "stats":
        config.stash[_hits] = _Hits(config.rootpath)
    path = str(config.stash[_hits].path) if _hits in config.stash else ""
    site = config.stash[_site] = config.rootpath / f"mutant-site-{os.getpid()}"
    site.mkdir(exist_ok=True)
    shutil.copy(_RUN_FIRST, site)
    (site / "told.json").write_text(json.dumps({"chosen": os.environ.get(_CHOSEN, ""), "hits": path}))

    def environment() -> dict[str, str]:
        found = _given()
        return found | {"PYTHONPATH": os.pathsep.join([str(site), found["PYTHONPATH"]])}

    child.child_environment = environment


def pytest_unconfigure(config: pytest.Config) -> None:
    """And no longer."""
    child.child_environment = _given
    shutil.rmtree(config.stash[_site])
    if _hits in config.stash:
        config.stash[_hits].close()


@pytest.hookimpl(tryfirst=True)  # before mutmut asks what the test came to
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """What the test's children came to, the test came to."""
    if _hits in item.config.stash:
        state()._stats.update(item.config.stash[_hits].names())
