"""What a waiting message is shown to wait for, in the API's view and in "why"."""

from datetime import UTC, datetime, time

from shared.domain.campaigns.step import AtField
from shared.domain.campaigns.window import ContactWindow
from shared.domain.messages.message import MessageState
from shared.usecases.campaigns.pause_campaign import pause_campaign
from shared.usecases.fires.explain_person import explain_person
from shared.views.kit.paging import PageAsked
from shared.views.messages import get_message, list_shown_messages
from shared.views.one_person import find_person
from tests.kit.builders import a_step
from tests.kit.clinic import Clinic, people

EVENING = datetime(2026, 11, 24, 2, tzinfo=UTC)  # nine in New York
DAYTIME = ContactWindow(opens=time(9), closes=time(20), time_zone_field="time_zone")
OPENS = datetime(2026, 11, 24, 14, tzinfo=UTC)


async def test_each_waiting_message_says_until_when_and_why(clinic: Clinic) -> None:
    clinic.stop_clock(EVENING)
    await clinic.load(*people(1))
    soon = a_step(id="soon", when=AtField(field="appointment_at", seconds=-7200))
    await clinic.ready(steps=(a_step(), soon), window=DAYTIME)
    await clinic.fire()
    page = await list_shown_messages(clinic.runtime, clinic.company_id, PageAsked(10))
    waits = {one.step_id: one.waits for one in page.items}
    first, second = waits["sms"], waits["soon"]
    assert first is not None
    assert second is not None
    assert (first.kind, first.until) == ("outside_window", OPENS)
    assert second.kind == "not_due"
    person = await find_person(clinic.runtime, clinic.company_id, "+12125552000")
    why = await explain_person(clinic.runtime, clinic.company_id, person, "reminders")
    words = next(one.words for one in why.explanations if one.step_id == "sms")
    assert words == (
        "It is queued, and waits until 2026-11-24 at 09:00 (America/New_York). "
        "The contact window is from 09:00 to 20:00 in America/New_York."
    )
    await pause_campaign(clinic.runtime, clinic.company_id, "reminders")
    held = await get_message(clinic.runtime, clinic.company_id, page.items[0].id)
    assert held.waits is not None
    assert (held.waits.kind, held.waits.words) == ("held", "The campaign is paused.")


async def test_a_sent_message_waits_for_nothing(clinic: Clinic) -> None:
    await clinic.load(*people(1))
    await clinic.ready()
    await clinic.fire()
    [sent] = await clinic.messages()
    shown = await get_message(clinic.runtime, clinic.company_id, sent.id)
    assert (shown.state, shown.waits, shown.body) == (MessageState.SENT, None, sent.body)
