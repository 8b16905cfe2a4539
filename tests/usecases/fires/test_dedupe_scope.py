"""The same message goes out once, whichever file, fire or campaign brings it, as far as a campaign looks."""

from datetime import timedelta
from typing import Any

import pytest

from shared.domain.campaigns.dedupe_scope import DedupeScope
from shared.domain.campaigns.schedule import Schedule, ScheduleKind
from shared.domain.campaigns.send_again import ChosenRow, SendAgain
from shared.domain.fires.fire import Fire, Ledger
from shared.domain.fires.preview import PreviewedMessage
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.sending import Delivery
from shared.domain.record import replace
from shared.usecases.campaigns.start_preview import start_preview
from shared.usecases.fires.fire_campaign import fire_campaign
from shared.usecases.sending.dispatch_due_batches import dispatch_due_batches
from shared.views.fires import get_live_fire
from shared.views.kit.paging import PageAsked
from shared.views.previews import list_previewed_messages
from tests.kit.builders import NOON, a_template
from tests.kit.clinic import Clinic

A, B, C, D = (
    {"Patient": name, "Phone": f"212 555 01{number}", "When": f"06/{day}/2099 10:00"}
    for name, number, day in (("A", 65, 14), ("B", 66, 15), ("C", 67, 16), ("D", 68, 17))
)


async def fire(clinic: Clinic, campaign_id: str, *rows: dict[str, str], **changes: Any) -> Fire:
    """Load a file of these rows and fire a campaign of its own for the newest file."""
    await clinic.load(*rows)
    await clinic.ready(id=campaign_id, name=campaign_id.title(), **changes)
    return await clinic.fire(campaign_id)


async def skipped(clinic: Clinic, fire: Fire) -> dict[str, Message]:
    """The fire's skipped messages by address."""
    found = [m for m in await clinic.messages() if m.fire_id == fire.id]
    return {m.address: m for m in found if m.state is MessageState.SKIPPED}


async def shown(clinic: Clinic, campaign_id: str, again: SendAgain | None = None) -> list[PreviewedMessage]:
    made = await start_preview(clinic.runtime, clinic.company_id, campaign_id, again or SendAgain())
    page = await list_previewed_messages(
        clinic.runtime, clinic.company_id, PageAsked(100), preview_id=made.id
    )
    return page.items


@pytest.mark.parametrize("second", ["first", "second"])  # by the same campaign, or by one of its own
async def test_the_same_appointment_does_not_go_out_again_from_another_file(
    clinic: Clinic, second: str
) -> None:
    clinic.stop_clock(NOON)
    first = await fire(clinic, "first", A, B, C)
    [sent] = [m for m in await clinic.messages() if m.address.endswith("65")]
    clinic.later(timedelta(minutes=1))
    await clinic.load(C, B, A, D)
    if second != "first":
        await clinic.ready(id=second)
    rows = await shown(clinic, second)
    assert [(m.verdict, m.kind) for m in rows] == [("skipped", "already_sent")] * 3 + [("will_send", "")]
    assert rows[2].reason == (
        "Already sent on 2026-11-23 at 12:00 (America/New_York), by the campaign 'First'."
    )
    assert rows[2].before is not None
    assert (rows[2].before.message_id, rows[2].before.fire_id) == (sent.id, first.id)
    again = await clinic.fire(second)
    assert (await clinic.report(again)).ledger == Ledger(planned=4, sent=1, skipped=3)
    assert (await clinic.report(again)).skipped == {"already_sent": 3}
    assert await clinic.sent_counts() == dict.fromkeys(
        ("+12125550165", "+12125550166", "+12125550167", "+12125550168"), 1
    )
    left = (await skipped(clinic, again))["+12125550165"]
    assert (left.duplicate_of, left.explanation) == (sent.id, rows[2].reason)


async def test_a_fire_of_which_all_had_gone_out_before_says_so(clinic: Clinic) -> None:
    clinic.stop_clock(NOON)
    first = await fire(clinic, "first", A, B, C)
    clinic.later(timedelta(minutes=1))
    await clinic.load(C, B, A)
    again = await clinic.fire("first")
    live = await get_live_fire(clinic.runtime, clinic.company_id, again.id)
    assert live.books.ledger == Ledger(planned=3, skipped=3)
    assert "Nothing was sent: all 3 messages had gone out before, in other fires." in live.note
    assert (await get_live_fire(clinic.runtime, clinic.company_id, first.id)).note == ""


@pytest.mark.parametrize(
    ("kind", "other", "days", "copies"),
    [
        (DedupeScope.FIRE, "second", 0, 2),
        (DedupeScope.FIRE, "first", 0, 2),
        (DedupeScope.CAMPAIGN, "first", 400, 1),
        (DedupeScope.CAMPAIGN, "second", 0, 2),
        (DedupeScope.SOURCE, "second", 6, 1),
        (DedupeScope.SOURCE, "second", 8, 2),
        (DedupeScope.SOURCE, "first", 400, 1),
    ],
)
async def test_each_scope_looks_as_far_as_it_says(
    clinic: Clinic, kind: DedupeScope, other: str, days: int, copies: int
) -> None:
    week = 7 if kind is DedupeScope.SOURCE else None
    clinic.stop_clock(NOON)
    scope: dict[str, Any] = {"dedupe_scope": kind, "dedupe_days": week}
    await fire(clinic, "first", A, **scope)
    clinic.stop_clock(NOON + timedelta(days=days, minutes=1))
    await clinic.load(A, D)
    if other != "first":
        await clinic.ready(id=other, **scope)
    await clinic.fire(other)
    assert (await clinic.sent_counts())["+12125550165"] == copies


@pytest.mark.parametrize(
    "changed",
    [
        {"When": "06/14/2099 11:00"},
        {"When": "06/21/2099 10:00"},
        {"Patient": "Anna"},
        {"Phone": "212 555 0199"},
    ],
)
@pytest.mark.parametrize("expires", ["appointment_at", None])
async def test_a_changed_appointment_is_another_message(
    clinic: Clinic, changed: dict[str, str], expires: str | None
) -> None:
    await fire(clinic, "first", A, expires_field=expires)
    await fire(clinic, "second", {**A, **changed}, expires_field=expires)
    assert sum((await clinic.sent_counts()).values()) == 2


@pytest.mark.parametrize("expires", ["appointment_at", None])
@pytest.mark.parametrize("key", [None, ("name", "address")])
async def test_another_time_is_another_message_though_the_text_does_not_tell_it(
    clinic: Clinic, expires: str | None, key: tuple[str, ...] | None
) -> None:
    plain = a_template(body="Hello {{ name }}, see you soon.")
    await clinic.stores.templates.save(clinic.company_id, "reminder", plain)
    facts: dict[str, Any] = {"expires_field": expires, "dedupe_key": key}
    await fire(clinic, "first", A, **facts)
    await fire(clinic, "second", {**A, "When": "06/14/2099 15:00"}, **facts)
    await fire(clinic, "third", {**A, "Doctor": "Dr Lee"}, **facts)  # the same again
    assert await clinic.sent_counts() == {"+12125550165": 2}


async def test_a_key_of_ones_own_says_what_is_the_same_and_another_template_says_something_else(
    clinic: Clinic,
) -> None:
    key = ("name", "address")
    await fire(clinic, "first", A, dedupe_key=key)
    await clinic.stores.templates.save(clinic.company_id, "reminder", a_template(body="New: {{ name }}."))
    await fire(clinic, "second", A, D, dedupe_key=key)
    assert (await clinic.sent_counts())["+12125550165"] == 1
    survey = a_template(id="survey", body="How was it, {{ name }}?")
    await clinic.stores.templates.save(clinic.company_id, survey.id, survey)
    campaign = await clinic.stores.campaigns.get(clinic.company_id, "second")
    steps = (replace(campaign.steps[0], template_id="survey"),)
    await clinic.load(A)
    await clinic.ready(id="third", dedupe_key=key, steps=steps)
    await clinic.fire("third")
    assert (await clinic.sent_counts())["+12125550165"] == 2


async def test_steps_of_a_fire_do_not_keep_each_other_back(clinic: Clinic) -> None:
    campaign = await clinic.ready(id="first")
    steps = (*campaign.steps, replace(campaign.steps[0], id="again"))  # with the same template
    first = await fire(clinic, "first", A, {**A, "Phone": "212 555 0166"}, steps=steps)
    second = await fire(clinic, "second", A, steps=steps)
    assert (await clinic.report(first)).ledger == Ledger(planned=4, sent=4)
    assert (await clinic.report(second)).ledger == Ledger(planned=2, skipped=2)


async def change(clinic: Clinic, message: Message, **changes: Any) -> None:
    """Have the message be so; the fire of one that is being sent is open."""
    await clinic.stores.messages.save(clinic.company_id, message.id, replace(message, **changes))
    fires = clinic.stores.fires
    found = await fires.get(clinic.company_id, message.fire_id)
    is_leaving = changes.get("state") is MessageState.SENDING
    await fires.save(clinic.company_id, found.id, replace(found, is_closed=not is_leaving))


@pytest.mark.parametrize(
    ("changes", "copies"),
    [
        ({"state": MessageState.FAILED}, 2),
        ({"state": MessageState.SKIPPED, "reason": "canceled"}, 2),
        ({"delivery": Delivery.UNDELIVERED}, 2),
        ({"delivery": Delivery.FAILED}, 2),
        ({"delivery": Delivery.DELIVERED}, 1),
        ({"state": MessageState.UNKNOWN}, 1),
        ({"state": MessageState.SENDING}, 1),
    ],
)
async def test_what_went_out_or_may_have_counts_and_what_did_not_does_not(
    clinic: Clinic, changes: dict[str, Any], copies: int
) -> None:
    await fire(clinic, "first", A)
    [message] = await clinic.messages()
    await change(clinic, message, **changes)
    await fire(clinic, "second", A, D)
    assert (await clinic.sent_counts())["+12125550165"] == copies


@pytest.mark.parametrize(("ends_as", "copies"), [(MessageState.FAILED, 2), (MessageState.SENT, 1)])
async def test_what_is_just_being_sent_is_waited_for(
    clinic: Clinic, ends_as: MessageState, copies: int
) -> None:
    await fire(clinic, "first", A)
    [message] = await clinic.messages()
    await change(clinic, message, state=MessageState.SENDING)
    second = await fire(clinic, "second", A, D)
    assert (await clinic.report(second)).ledger == Ledger(planned=2, sent=1, pending=1)
    await change(clinic, message, state=ends_as)
    clinic.later(timedelta(minutes=1))
    await dispatch_due_batches(clinic.runtime, clinic.runtime.now())
    assert (await clinic.sent_counts())["+12125550165"] == copies
    assert (await clinic.report(second)).ledger.pending == 0


async def test_chosen_rows_are_sent_again_as_previewed(clinic: Clinic) -> None:
    await fire(clinic, "first", A, B, C)
    file = await clinic.load(C, B, A, D)
    again = SendAgain(rows=(ChosenRow(file_id=file.id, row_number=3),))
    rows = await shown(clinic, "first", again)
    assert [m.verdict for m in rows] == ["skipped", "will_send", "skipped", "will_send"]
    await fire_campaign(clinic.runtime, clinic.company_id, "first", send_again=again)
    counts = await clinic.sent_counts()
    assert counts == {"+12125550165": 1, "+12125550166": 2, "+12125550167": 1, "+12125550168": 1}


async def test_what_a_campaign_says_is_sent_again_is_frozen_with_it(clinic: Clinic) -> None:
    await fire(clinic, "first", A, B)
    plain = await clinic.ready(id="second")
    everybody = await clinic.ready(id="second", send_again=SendAgain(everybody=True))
    assert plain.content_hash != everybody.content_hash
    assert [m.verdict for m in await shown(clinic, "second")] == ["will_send"] * 2
    await clinic.fire("second")
    assert set((await clinic.sent_counts()).values()) == {2}


async def test_a_recurring_campaign_looks_at_its_own_messages_by_default(clinic: Clinic) -> None:
    clinic.stop_clock(NOON)
    await fire(clinic, "other", A)
    rule = Schedule(kind=ScheduleKind.RECURRING, at=NOON.replace(tzinfo=None), rule="FREQ=DAILY")
    await clinic.ready(id="daily", schedule=rule)
    await clinic.fire("daily")
    await clinic.load(A, D)
    await clinic.fire("daily")
    assert (await clinic.sent_counts())["+12125550165"] == 2
