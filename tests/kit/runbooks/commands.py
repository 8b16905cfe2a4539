"""The commands in docs/runbooks.md, in their order."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

RUNBOOKS = Path(__file__).resolve().parents[3] / "docs/runbooks.md"
_FENCED = re.compile(r"```sh\n(.*?)```", re.DOTALL)


def runbook_commands() -> Iterator[tuple[str, ...]]:
    """Every line of every fenced block, as a shell would cut it into words."""
    for block in _FENCED.findall(RUNBOOKS.read_text(encoding="utf-8")):
        for line in block.strip().splitlines():
            yield tuple(shlex.split(line))
