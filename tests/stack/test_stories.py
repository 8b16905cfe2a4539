"""The stories of `make demo STORY=…` come as told, each on a stack of its own under a set clock."""

from pathlib import Path

import pytest

from infra.local.stack import Stack
from infra.local.stage import open_stage
from infra.local.stories import story_named, story_names
from shared.domain.record import replace
from tests.kit.builders import NOON


@pytest.mark.asyncio
@pytest.mark.parametrize("name", story_names())
async def test_all_comes_as_told(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    story = story_named(name)
    options = replace(story.stack_options(NOON), root=tmp_path, usual_ports=False)
    async with Stack(options) as stack:
        for key, value in stack.emulator_env.items():
            monkeypatch.setenv(key, value)  # what opening the stage sets is taken back
        async with open_stage(stack, print) as stage:
            assert await story.tell(stage)
