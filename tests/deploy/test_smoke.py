"""The smoke test passes on the running stack, and fails where something is wrong."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from infra.deploy.smoke import checks_of, run_smoke
from infra.local.stack import Stack, StackOptions
from infra.manifest import read_manifest

MANIFEST = read_manifest()


@pytest_asyncio.fixture
async def stack(tmp_path: Path) -> AsyncIterator[Stack]:
    options = StackOptions(root=tmp_path, usual_ports=False, tick_seconds=0)
    async with Stack(options, say=lambda text: None) as running:
        yield running


def test_every_function_is_asked() -> None:
    assert {check.function for check in checks_of(MANIFEST)} == {one.name for one in MANIFEST.functions}


async def test_the_running_stack_passes_and_a_wrong_one_does_not(stack: Stack) -> None:
    said: list[str] = []
    urls = dict(stack.addresses.functions)
    assert await run_smoke(MANIFEST, urls, said.append)
    assert len(said) == len(checks_of(MANIFEST))
    assert all(line.endswith(" ok") for line in said)

    said.clear()
    assert not await run_smoke(
        MANIFEST, {**urls, "send_batch": urls["portal"] + "/?", "portal": "http://127.0.0.1:9"}, said.append
    )
    wrong = [line for line in said if "WRONG" in line]
    assert len(wrong) == 3
    assert any(
        "refuses who is not our scheduler or Pub/Sub: POST / → 405 WRONG, expected 401 or 403 or 404" in line
        for line in wrong
    )
    assert any(line.startswith("portal:") for line in wrong)
