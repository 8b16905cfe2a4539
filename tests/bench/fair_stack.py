"""A small company beside a large one on the local stack: `python -m tests.bench.fair_stack --count=20000`.

Prints how long thirty messages took beside so many of another company's, and how many of these went out
meanwhile. Exits with 0 only if that was less than a tenth of them.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from infra.local.stack import Stack
from infra.local.stopping import stop_on_signals
from tests.kit.stack.beside import RATE_PER_SECOND, SMALL, Beside, send_beside
from tests.kit.stack.fair_stack import fair_options


async def measure(count: int) -> Beside:
    """Run both fires."""
    stop_on_signals()
    with tempfile.TemporaryDirectory() as folder:
        async with Stack(fair_options(Path(folder))) as stack:
            return await send_beside(stack, count, time.monotonic)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.fair_stack", description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    done = asyncio.run(measure(parser.parse_args().count))
    meanwhile = done.through - done.begun
    print(
        f"{SMALL} messages beside {done.large:,} at {RATE_PER_SECOND} a second: {done.small_seconds:.1f} s. "
        f"Meanwhile {meanwhile:,} of the others went out, which took {done.large_seconds:.0f} s."
    )
    return 0 if meanwhile < done.large // 10 else 1


if __name__ == "__main__":
    sys.exit(main())
