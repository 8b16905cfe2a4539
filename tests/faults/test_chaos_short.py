"""A short selection of chaos on the real stack; `make chaos` runs all of it."""

from pathlib import Path

from tests.faults.chaos import is_good, run
from tests.faults.scenarios import SHORT, scenarios


async def test_nothing_is_doubled_or_lost_while_workers_die(tmp_path: Path) -> None:
    chosen = [scenario for scenario in scenarios() if scenario.name in SHORT]
    assert len(chosen) == len(SHORT)
    verdicts = await run(chosen, tmp_path)
    assert is_good(verdicts), verdicts
