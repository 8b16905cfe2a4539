"""Who of the parallel processes runs what: a plugin for pytest-xdist.

A module's tests stay together, as they share its fixtures; so do a folder's that share what takes long to
make. Folders whose modules take long go first, so that no process is left with one at the end.
"""

from pathlib import PurePosixPath
from typing import Any

import pytest

TOGETHER = ("tests/deploy",)  # one deployed project, and one round of gcloud, for all of it
LONGEST_FIRST = tuple(
    f"tests/{name}" for name in ("stack", "deploy", "faults", "upgrade", "machine", "suite", "architecture")
)


def pytest_configure(config: pytest.Config) -> None:
    """The order is ours; pytest-xdist's own puts modules with many tests first, however quick they are."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long comes first; otherwise the order stays."""
    items.sort(key=lambda item: _place(item.nodeid))


def _place(nodeid: str) -> int:
    folder = next((name for name in LONGEST_FIRST if nodeid.startswith(f"{name}/")), None)
    return LONGEST_FIRST.index(folder) if folder else len(LONGEST_FIRST)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out whole shares, in their order."""
    from xdist.scheduler import LoadScopeScheduling

    class Sharing(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist has no types
        def _split_scope(self, nodeid: str) -> str:
            return share_of(nodeid)

    return Sharing(config, log)


def share_of(nodeid: str) -> str:
    """What must run in one process together with this test: its module, or its folder."""
    module = nodeid.partition("::")[0]
    return next((folder for folder in TOGETHER if PurePosixPath(module).is_relative_to(folder)), module)
