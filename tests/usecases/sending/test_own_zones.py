"""Rows in their own time zone, from the file to the text that is sent."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from shared.domain.campaigns.window import ContactWindow
from shared.domain.errors import InvalidInput
from shared.domain.files.source import ColumnMapping, FieldType
from shared.domain.messages.message import MessageState
from shared.domain.record import replace
from shared.usecases.campaigns.mark_ready import mark_ready
from shared.usecases.campaigns.save_campaign import create_campaign
from shared.usecases.fires.requeue_failure import requeue_failure
from tests.kit.builders import a_campaign, a_source, a_template
from tests.kit.clinic import Clinic

NOON = datetime(2026, 11, 23, 17, tzinfo=UTC)  # noon in New York, 9:00 in California
VISIT = "{{ appointment_at | date: '%I:%M %p' }}"


async def set_up(clinic: Clinic, **source: Any) -> None:
    own = a_source(time_zone_field="time_zone", **source)
    await clinic.stores.sources.save(clinic.company_id, "appointments", own)
    await clinic.stores.templates.save(clinic.company_id, "reminder", a_template(body=VISIT))


async def test_a_visit_ahead_by_its_own_clock_is_reminded_of_and_shown_there(clinic: Clinic) -> None:
    clinic.stop_clock(NOON)
    await set_up(clinic)
    await clinic.load(
        {"Phone": "212 555 2000", "State": "CA", "When": "11/23/2026 10:30"},  # in 90 minutes
        {"Phone": "212 555 2001", "State": "NY", "When": "11/23/2026 10:30"},  # over for 90 minutes
        {"Phone": "212 555 2002", "State": "CA", "When": "2026-11-23T20:50:00Z"},
    )
    await clinic.ready(expires_field="appointment_at")
    await clinic.fire()
    found = await clinic.by_address()
    assert {address: (one.body, one.state) for address, one in found.items()} == {
        "+12125552000": ("10:30 AM", MessageState.SENT),
        "+12125552001": ("10:30 AM", MessageState.SKIPPED),
        "+12125552002": ("12:50 PM", MessageState.SENT),
    }
    assert found["+12125552000"].not_after == datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
    assert found["+12125552000"].time_zones == ("America/Los_Angeles",)


async def test_the_window_is_that_of_the_rows_zone_without_being_told(clinic: Clinic) -> None:
    clinic.stop_clock(NOON - timedelta(hours=2))  # 10:00 in New York, 7:00 in California
    await set_up(clinic)
    await clinic.load({"Phone": "212 555 2000", "State": "CA"}, {"Phone": "212 555 2001", "State": "NY"})
    await clinic.ready(window=ContactWindow(opens=time(9), closes=time(17)))
    await clinic.fire()
    assert [batch.planned_start for batch in await clinic.batches()] == [NOON - timedelta(hours=2), NOON]
    assert list(await clinic.sent_counts()) == ["+12125552001"]


async def test_people_east_of_the_company_do_not_wait_for_its_opening(clinic: Clinic) -> None:
    """Their window of two hours would be over by then."""
    early = datetime(2026, 11, 23, 13, tzinfo=UTC)  # 8:00 in New York, 5:00 in California
    clinic.stop_clock(early)
    await set_up(clinic, time_zone="America/Los_Angeles")
    await clinic.load({"Phone": "212 555 2000", "State": "CA"}, {"Phone": "212 555 2001", "State": "NY"})
    await clinic.ready(window=ContactWindow(opens=time(9), closes=time(11)))
    await clinic.fire()
    starts = [batch.planned_start for batch in await clinic.batches()]
    assert starts == [early + timedelta(hours=1), early + timedelta(hours=4)]


async def test_a_corrected_time_is_shown_on_the_rows_clocks(clinic: Clinic) -> None:
    clinic.stop_clock(NOON)
    await set_up(clinic)
    await clinic.load({"Phone": "12", "State": "CA"})
    await clinic.ready()
    await clinic.fire()
    [failure] = await clinic.failures()
    corrections = {"phone": "2125552000", "appointment_at": "2026-12-14T20:50:00Z"}
    await requeue_failure(clinic.runtime, clinic.company_id, failure.id, corrections)
    [message] = await clinic.accepted("+12125552000")
    assert message["body"] == "12:50 PM"


async def test_a_loaded_file_is_shown_as_it_was_read_whatever_the_source_says_later(clinic: Clinic) -> None:
    clinic.stop_clock(NOON)
    await clinic.stores.templates.save(clinic.company_id, "reminder", a_template(body=VISIT))
    await clinic.load({"Phone": "212 555 2000", "State": "CA", "When": "12/14/2026 09:00"})
    await set_up(clinic, time_zone="America/Chicago")
    await clinic.ready()
    await clinic.fire()
    [message] = await clinic.accepted()
    assert message["body"] == "09:00 AM"


@pytest.mark.parametrize(
    ("field", "why"),
    [
        ("hour", "map the date's column as a datetime with the time's column as its time_column"),
        ("name", "'name' is a text field; name a date, or a datetime"),
    ],
)
async def test_what_says_no_moment_cannot_be_when_a_campaign_expires(
    clinic: Clinic, field: str, why: str
) -> None:
    columns = (*a_source().columns, ColumnMapping(column="Hour", field="hour", type=FieldType.TIME))
    await clinic.stores.sources.save(clinic.company_id, "appointments", a_source(columns=columns))
    campaign = a_campaign(expires_field=field)
    with pytest.raises(InvalidInput, match=why) as refused:
        await create_campaign(clinic.runtime, clinic.company_id, campaign)
    assert [problem.field for problem in refused.value.problems] == ["expires_field"]
    await create_campaign(
        clinic.runtime, clinic.company_id, replace(campaign, expires_field="appointment_at")
    )
    await clinic.save(campaign)
    with pytest.raises(InvalidInput, match=why):
        await mark_ready(clinic.runtime, clinic.company_id, "reminders")
