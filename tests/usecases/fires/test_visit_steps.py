"""Steps whose time is counted from each visit: when they go out, and when they are useless."""

from datetime import UTC, datetime, time, timedelta

import pytest

from shared.domain.campaigns.campaign import CampaignState
from shared.domain.campaigns.step import AtField
from shared.domain.fires.fire import Ledger
from shared.domain.messages.skip_reason import SkipReason
from shared.usecases.campaigns.pause_campaign import pause_campaign
from shared.usecases.campaigns.resume_campaign import resume_campaign
from tests.kit.builders import a_step, an_sms_sender
from tests.kit.clinic import Clinic, people
from tests.usecases.fires.ladders import BEFORE, MINUTE, NOON, TICK, fired, ledger, of_step, ticks


async def test_each_reminder_goes_out_in_the_days_before_its_own_visit(clinic: Clinic) -> None:
    clock = clinic.stop_clock(NOON)
    rows = [
        one | {"When": when}
        for one, when in zip(
            people(3), ("11/27/2026 09:00", "11/30/2026 14:00", "11/24/2026 09:00"), strict=True
        )
    ]
    soon = a_step(id="again", template_id="again", when=AtField(field="appointment_at", seconds=-7200))
    fire = await fired(clinic, a_step(when=BEFORE), soon, rows=rows)
    first = await of_step(clinic, "sms")
    assert {address: (one.reason, one.planned_for) for address, one in first.items()} == {
        "+12125552000": (None, datetime(2026, 11, 24, 22, tzinfo=UTC)),
        "+12125552001": (None, datetime(2026, 11, 27, 22, tzinfo=UTC)),
        "+12125552002": (SkipReason.TOO_LATE, None),
    }
    clock.at = datetime(2026, 11, 24, 11, 55, tzinfo=UTC)
    await ticks(clinic, clock, clock.at + 10 * MINUTE)
    assert list(await clinic.sent_counts()) == ["+12125552002"], [
        (one.step_id, one.address, one.state, one.reason, one.planned_for) for one in await clinic.messages()
    ]
    clock.at = datetime(2026, 11, 24, 21, 55, tzinfo=UTC)
    await ticks(clinic, clock, clock.at + 10 * MINUTE)
    await clinic.write("+12125552000", "1")
    clock.at = datetime(2026, 11, 27, 11, 55, tzinfo=UTC)
    await ticks(clinic, clock, clock.at + 10 * MINUTE)
    assert (await of_step(clinic, "again"))["+12125552000"].reason == SkipReason.ANSWERED
    clock.at = datetime(2026, 11, 27, 21, 55, tzinfo=UTC)
    await ticks(clinic, clock, clock.at + 10 * MINUTE)
    clock.at = datetime(2026, 11, 30, 16, 55, tzinfo=UTC)
    await ticks(clinic, clock, clock.at + 10 * MINUTE)
    assert await ledger(clinic, fire) == Ledger(planned=6, sent=4, skipped=2)
    assert (await clinic.campaign()).state is CampaignState.SENT


async def test_many_that_are_due_at_once_start_one_after_the_other(clinic: Clinic) -> None:
    clinic.stop_clock(NOON)
    await clinic.stores.senders.save(clinic.company_id, "texts", an_sms_sender(rate_per_second=1.0))
    rows = [one | {"When": "11/30/2026 14:00"} for one in people(250)]
    await fired(clinic, a_step(when=BEFORE), rows=rows)
    opens = datetime(2026, 11, 27, 22, tzinfo=UTC)
    starts = [batch.planned_start for batch in await clinic.batches()]
    assert starts == [opens, opens + timedelta(seconds=100), opens + timedelta(seconds=200)]


@pytest.mark.parametrize("days", [-3, 0])
async def test_what_has_become_useless_by_then_is_skipped(clinic: Clinic, days: int) -> None:
    """The sender was paused over the visit: nothing goes out after it."""
    clock = clinic.stop_clock(NOON)
    rows = [one | {"When": "11/27/2026 18:00"} for one in people(1)]
    fire = await fired(
        clinic, a_step(when=AtField(field="appointment_at", days=days, clock=time(17))), rows=rows
    )
    await pause_campaign(clinic.runtime, clinic.company_id, "reminders")
    clock.at = datetime(2026, 11, 27, 23, 5, tzinfo=UTC)
    await ticks(clinic, clock, clock.at + TICK)
    await resume_campaign(clinic.runtime, clinic.company_id, "reminders")
    await ticks(clinic, clock, clock.at + 2 * TICK)
    assert (await clinic.report(fire)).skipped == {"expired": 1}
    assert await clinic.accepted() == []
