"""A large company's fire does not delay a small one's, on the whole stack with one instance of each function.

The same with 20,000 messages is `python -m tests.bench.fair_stack`.
"""

from pathlib import Path

import pytest

from infra.local.stack import Stack
from tests.kit.stack.beside import send_beside
from tests.kit.stack.fair_stack import fair_options


@pytest.mark.asyncio
async def test_thirty_messages_do_not_wait_for_two_thousand(tmp_path: Path) -> None:
    async with Stack(fair_options(tmp_path)) as stack:
        done = await send_beside(stack, 2_000)
    assert done.through - done.begun < 1_000, done
