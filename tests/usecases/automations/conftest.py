"""The clinic's automations, at noon."""

import pytest_asyncio

from tests.kit.automations import Desk
from tests.kit.builders import NOON
from tests.kit.clinic import Clinic


@pytest_asyncio.fixture
async def desk(clinic: Clinic) -> Desk:
    """The clinic with an automation's templates, its clock stopped."""
    desk = Desk(clinic)
    await desk.open(NOON)
    return desk
