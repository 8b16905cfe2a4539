"""The directory one running stack keeps its state and logs in; no two stacks share one."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path


@contextmanager
def state_directory(root: Path, *, keep: bool) -> Iterator[Path]:
    """A directory under `root` that is ours until we leave: `kept` or `fresh`, numbered when taken.

    Kept ones are found again as they were left; fresh ones are emptied first. The lock goes with the
    process, so a stack that was killed blocks nothing.
    """
    kind = "kept" if keep else "fresh"
    root.mkdir(parents=True, exist_ok=True)
    for number in count(1):
        name = kind if number == 1 else f"{kind}-{number}"
        with (root / f"{name}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            directory = root / name
            if not keep and directory.exists():
                shutil.rmtree(directory)
            directory.mkdir(exist_ok=True)
            yield directory.resolve()
            return
