"""The suite can fail: with any one guard of the send protocol taken out, its story goes wrong."""

import pytest

from tests.faults.guards import GUARDS, Guard
from tests.faults.stories import STORIES, Story
from tests.faults.worker import PromiseBroken
from tests.kit.clinic import Clinic


@pytest.mark.parametrize("story", dict.fromkeys(story for _, story in STORIES), ids=lambda s: s.__name__)
async def test_the_promise_holds(clinic: Clinic, story: Story) -> None:
    await story(clinic)


@pytest.mark.parametrize(("name", "story"), STORIES, ids=[name for name, _ in STORIES])
async def test_without_its_guard_it_breaks(clinic: Clinic, name: str, story: Story) -> None:
    with GUARDS[name].removed(), pytest.raises(PromiseBroken) as broken:
        await story(clinic)
    print(f" without {name!r}: {broken.value}")


def test_every_guard_has_its_story() -> None:
    assert {name for name, _ in STORIES} == set(GUARDS)


def test_a_guard_that_is_not_where_it_was_is_noticed() -> None:
    with pytest.raises(ValueError, match="exactly once"):
        Guard(GUARDS["sweep"].function, "no such line", "pass").remove()
