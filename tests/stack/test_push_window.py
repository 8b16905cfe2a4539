"""The push window opens with success and closes with failure."""

import asyncio

import pytest

from infra.local.push_relay import backoff_seconds
from infra.local.push_window import PushWindow
from infra.manifest import read_manifest
from shared.domain.record import replace


async def test_success_opens_it_to_its_limit() -> None:
    window = PushWindow(limit=6)
    assert window.free == 4
    for _ in range(5):
        await window.learn(is_success=True)
    assert window.free == 6


async def test_failure_halves_it_but_never_shuts_it() -> None:
    window = PushWindow(limit=80)
    for _ in range(12):
        await window.learn(is_success=True)
    sizes = []
    for _ in range(5):
        await window.learn(is_success=False)
        sizes.append(window.free)
    assert sizes == [8, 4, 2, 1, 1]


async def test_who_finds_no_place_waits_until_one_is_free() -> None:
    window = PushWindow(limit=1)
    async with window.place():
        waiting = asyncio.create_task(window.wait_free())
        await asyncio.sleep(0)
        assert not waiting.done()
        assert window.free == 0
    assert await waiting == 1


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 10), (2, 20), (3, 40), (6, 320), (7, 600), (500, 600)])
def test_the_wait_after_a_failure_doubles_up_to_the_longest(attempt: int, seconds: int) -> None:
    worker = replace(
        read_manifest().get("send_batch"), minimum_backoff_seconds=10, maximum_backoff_seconds=600
    )
    assert backoff_seconds(worker, attempt) == seconds
