"""A preview judges every row, and what it shows is what is sent."""

from datetime import UTC, datetime, time

import pytest

from shared.domain.campaigns.window import ContactWindow
from shared.domain.channels.channel import Channel
from shared.domain.errors import Conflict, InvalidInput, NotFound
from shared.domain.fires.preview import Preview, PreviewedMessage, PreviewState, Verdict
from shared.usecases.campaigns.mark_ready import mark_ready
from shared.usecases.campaigns.start_preview import start_preview
from shared.views.kit.paging import PageAsked
from shared.views.previews import get_previewed_row, list_previewed_messages
from tests.kit.builders import a_campaign, a_step, a_template
from tests.kit.clinic import Clinic, people

NOON = datetime(2026, 11, 23, 17, tzinfo=UTC)  # noon in New York, 7:00 in Honolulu
WINDOW = ContactWindow(opens=time(9), closes=time(17), time_zone_field="time_zone")
SECOND = a_step(
    id="second", address_field="email", channel=Channel("email"), template_id="mail", sender_id="mails"
)


async def preview(clinic: Clinic) -> Preview:
    return await start_preview(clinic.runtime, clinic.company_id, "reminders")


async def mixed(clinic: Clinic) -> Preview:
    """One row of each kind, two steps each."""
    clinic.stop_clock(NOON)
    await clinic.write("+12125550189", "STOP")
    await clinic.load(
        {},
        {},
        {"Phone": "12"},
        {"Patient": "Di", "Phone": "212 555 0189", "Email": "di@example-clinic.com"},
        {"Patient": "Ed", "Phone": "212 555 0190", "Email": "ed@example-clinic.com", "State": "HI"},
        {"Patient": "", "Phone": "212 555 0191"},
    )
    steps = (a_step(), SECOND)
    await clinic.save(a_campaign(steps=steps, window=WINDOW, expires_field="appointment_at"))
    return await preview(clinic)


async def previewed(clinic: Clinic, made: Preview, verdict: Verdict | None = None) -> list[PreviewedMessage]:
    """The first hundred messages of a preview."""
    page = await list_previewed_messages(
        clinic.runtime, clinic.company_id, PageAsked(100), preview_id=made.id, verdict=verdict
    )
    return page.items


async def test_every_row_has_a_verdict_for_every_step_and_the_counts_add_up(clinic: Clinic) -> None:
    made = await mixed(clinic)
    assert (made.state, made.percent, made.audience.recipient_count) == (PreviewState.DONE, 100, 6)
    shown = await previewed(clinic, made)
    assert [(m.row_number, m.step_id) for m in shown] == [
        (row, step) for row in range(2, 8) for step in ("sms", "second")
    ]
    assert sum(made.counts.values()) == 6 * 2
    assert made.counts == {"will_send": 3, "will_wait": 2, "skipped": 4, "must_be_mended": 3}
    assert made.reasons == {
        "skipped: duplicate": 3,
        "skipped: opted_out": 1,
        "must_be_mended: phone not valid": 1,
        "must_be_mended: field missing": 2,
        "will_wait: outside the contact window": 2,
    }
    assert made.opens_at == {"2026-11-23T19:00:00+00:00": 2}
    assert all(m.reason and m.field for m in shown if m.verdict is Verdict.MUST_BE_MENDED)
    assert all(m.reason for m in shown if m.verdict is Verdict.SKIPPED)


async def test_any_row_and_any_page_can_be_looked_at(clinic: Clinic) -> None:
    made = await mixed(clinic)
    arguments = (clinic.runtime, clinic.company_id, made.id)
    waiting = await get_previewed_row(*arguments, 6)
    assert [(m.verdict, m.until) for m in waiting] == [(Verdict.WILL_WAIT, NOON.replace(hour=19))] * 2
    with pytest.raises(NotFound):
        await get_previewed_row(*arguments, 8)
    mended = await previewed(clinic, made, Verdict.MUST_BE_MENDED)
    assert [m.row_number for m in mended] == [4, 7, 7]
    pages, asked = [], PageAsked(3)
    while True:
        page = await list_previewed_messages(clinic.runtime, clinic.company_id, asked, preview_id=made.id)
        pages.append([m.row_number for m in page.items])
        if page.next_after is None:
            break
        asked = PageAsked(3, page.next_after)
    assert pages == [[2, 2, 3, 3], [4, 4, 5, 5], [6, 6, 7, 7], []]  # a full page may be the last


async def test_what_was_previewed_is_what_is_sent(clinic: Clinic) -> None:
    await clinic.load(*people(5), {"Phone": "12"})
    await clinic.save(a_campaign())
    made = await preview(clinic)
    ready = await mark_ready(clinic.runtime, clinic.company_id, "reminders", made.content_hash)
    assert ready.content_hash == made.content_hash
    # Edited after it was frozen: this fire still sends what was previewed.
    await clinic.stores.templates.save(clinic.company_id, "reminder", a_template(body="Other text"))
    fire = await clinic.fire()
    shown = await previewed(clinic, made, Verdict.WILL_SEND)
    assert {(m.address, m.body) for m in shown} == {
        (m["handset"], m["body"]) for m in await clinic.accepted()
    }
    assert (await clinic.report(fire)).ledger.sent == made.counts["will_send"] == 5


async def test_a_preview_that_is_out_of_date_makes_nothing_ready(clinic: Clinic) -> None:
    await clinic.load(*people(1))
    await clinic.save(a_campaign())
    made = await preview(clinic)
    await clinic.stores.templates.save(clinic.company_id, "reminder", a_template(body="Other text"))
    with pytest.raises(Conflict, match="Preview it again"):
        await mark_ready(clinic.runtime, clinic.company_id, "reminders", made.content_hash)
    again = await preview(clinic)
    await mark_ready(clinic.runtime, clinic.company_id, "reminders", again.content_hash)


async def test_a_broken_template_is_said_and_nothing_hangs(clinic: Clinic) -> None:
    await clinic.load(*people(1))
    await clinic.stores.templates.save(clinic.company_id, "reminder", a_template(body="{% if %}"))
    await clinic.save(a_campaign())
    with pytest.raises(InvalidInput) as invalid:
        await preview(clinic)
    assert [problem.field for problem in invalid.value.problems] == ["steps[0].template_id"]
    with pytest.raises(InvalidInput):
        await mark_ready(clinic.runtime, clinic.company_id, "reminders")


async def test_without_a_file_there_is_nothing_to_preview(clinic: Clinic) -> None:
    await clinic.save(a_campaign())
    with pytest.raises(InvalidInput):
        await preview(clinic)
