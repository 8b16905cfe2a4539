"""The office of these tests: it is Monday, eight o'clock in New York."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.kit.clinic import Clinic
from tests.kit.sequence_records import NEW_YORK
from tests.kit.sequences import PostOffice

MONDAY = datetime(2026, 11, 30, 8, 0, tzinfo=ZoneInfo(NEW_YORK))


@pytest.fixture
def office(clinic: Clinic) -> PostOffice:
    return PostOffice(clinic, clinic.stop_clock(MONDAY))
