"""Several appointments of one address are asked in one message; each row keeps its place and its answer."""

from typing import Any

import pytest

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.errors import InvalidInput
from shared.domain.fires.fire import Fire
from shared.domain.fires.preview import Verdict
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.replies.asked import ReplyMeaning
from shared.usecases.campaigns.mark_ready import mark_ready
from shared.usecases.campaigns.save_campaign import create_campaign
from shared.usecases.campaigns.start_preview import start_preview
from shared.views.previews import get_previewed_row
from tests.kit.builders import a_campaign, a_template
from tests.kit.clinic import Clinic

ANA, BEN = "+12125550187", "+12125550188"
BODY = (
    '{% for one in appointments %}{{ one.number }}: {{ one.appointment_at | date: "%H:%M" }} {{ one.doctor }}'
    "{% unless forloop.last %}, {% endunless %}{% endfor %}. Reply yes or no for each."
)
OPTIONS = (
    ReplyOption(words=("y",), disposition=Disposition.CONFIRMED, acknowledgement="Thank you."),
    ReplyOption(words=("n",), disposition=Disposition.CANCELED),
)
TOGETHER: dict[str, Any] = {
    "asks_together": True,
    "reply_options": OPTIONS,
    "expires_field": "appointment_at",
}
FAMILY = (
    {"Patient": "Ana", "Phone": ANA, "Doctor": "Chen", "When": "12/24/2099 10:30"},
    {"Patient": "Ben", "Phone": BEN, "Doctor": "Chen", "When": "12/24/2099 09:00"},
    {"Patient": "Cleo", "Phone": ANA, "Doctor": "Lopez", "When": "12/24/2099 11:00"},
)


async def asked(clinic: Clinic, *rows: dict[str, str]) -> Fire:
    await clinic.stores.templates.save(clinic.company_id, "reminder", a_template(body=BODY))
    await clinic.load(*(rows or FAMILY))
    await clinic.ready(**TOGETHER)
    return await clinic.fire()


async def by_row(clinic: Clinic) -> dict[int | None, Message]:
    return {one.row_number: one for one in await clinic.messages() if one.campaign_id == "reminders"}


async def test_rows_of_one_address_are_one_message_and_each_is_accounted_for(clinic: Clinic) -> None:
    fire = await asked(clinic)
    first, other, second = (await by_row(clinic)).values()
    assert (first.state, other.state) == (MessageState.SENT, MessageState.SENT)
    assert first.body == "1: 10:30 Chen, 2: 11:00 Lopez. Reply yes or no for each."
    assert other.body == "1: 09:00 Chen. Reply yes or no for each."
    assert (second.state, second.reason) == (MessageState.SKIPPED, SkipReason.ASKED_TOGETHER)
    assert second.duplicate_of == first.id
    report = await clinic.report(fire)
    ledger = report.ledger
    assert (ledger.planned, ledger.sent, ledger.skipped, ledger.pending) == (3, 2, 1, 0)


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("1 yes 2 no", "confirmed", "canceled"),
        ("both", "confirmed", "confirmed"),
        ("only the 10:30", "confirmed", None),
        ("Lopez yes, Chen no", "canceled", "confirmed"),
        ("neither", "canceled", "canceled"),
        ("yes", None, None),
    ],
)
async def test_an_answer_settles_each_appointment(
    clinic: Clinic, text: str, first: str | None, second: str | None
) -> None:
    await asked(clinic)
    reply = await clinic.write(ANA, text)
    rows = list((await by_row(clinic)).values())
    assert (rows[0].disposition, rows[2].disposition) == (first, second)
    assert rows[1].disposition is None
    assert (reply.meaning is ReplyMeaning.ANSWER) == (first is not None)


async def test_what_is_fired_again_is_not_sent_again(clinic: Clinic) -> None:
    await asked(clinic)
    sent = len([one for one in await clinic.messages() if one.state is MessageState.SENT])
    await clinic.load(*reversed(FAMILY))
    await clinic.fire()
    again = [one for one in await clinic.messages() if one.state is MessageState.SENT]
    assert len(again) == sent == 2


async def test_who_is_new_is_asked_alone_beside_who_was_asked_before(clinic: Clinic) -> None:
    await asked(clinic)
    new = FAMILY[0] | {"Patient": "Dora", "When": "12/24/2099 12:00"}
    await clinic.load(*FAMILY, new)
    fire = await clinic.fire()
    later = [one for one in await clinic.messages() if one.fire_id == fire.id]
    assert [one.body for one in later if one.state is MessageState.SENT] == [
        "1: 12:00 Chen. Reply yes or no for each."
    ]
    assert [one.reason for one in later if one.state is MessageState.SKIPPED] == [SkipReason.ALREADY_SENT] * 3


async def test_the_same_row_twice_is_asked_once(clinic: Clinic) -> None:
    await asked(clinic, *FAMILY, FAMILY[0])
    rows = list((await by_row(clinic)).values())
    assert rows[0].body.count("10:30") == 1
    assert (rows[3].reason, rows[3].duplicate_of) == (SkipReason.DUPLICATE, rows[0].id)


async def test_rows_far_apart_are_asked_together(clinic: Clinic) -> None:
    between = [
        {"Patient": f"P{n}", "Phone": f"+1 212 555 {3000 + n}", "When": "12/24/2099 09:00"}
        for n in range(320)
    ]
    await asked(clinic, FAMILY[0], *between, FAMILY[2])
    found = await by_row(clinic)
    first, last = found[min(found, key=lambda one: one or 0)], found[max(found, key=lambda one: one or 0)]
    assert ", 2: 11:00" in first.body
    assert (last.reason, last.duplicate_of) == (SkipReason.ASKED_TOGETHER, first.id)


async def test_the_preview_shows_the_text_of_all(clinic: Clinic) -> None:
    await clinic.stores.templates.save(clinic.company_id, "reminder", a_template(body=BODY))
    await clinic.load(*FAMILY)
    await clinic.ready(**TOGETHER)
    preview = await start_preview(clinic.runtime, clinic.company_id, "reminders")
    stored = await clinic.stores.previews.get(clinic.company_id, preview.id)
    assert stored.counts == {"will_send": 2, "skipped": 1}


async def test_a_preview_says_what_making_it_ready_is_refused_for(clinic: Clinic) -> None:
    alone = a_template(body="{{ name }}, you have a visit. Reply Y or N.")
    await clinic.stores.templates.save(clinic.company_id, "reminder", alone)
    await clinic.load(*FAMILY, {"Patient": "Di", "Phone": "12"})
    await clinic.save(a_campaign(**TOGETHER))
    preview = await start_preview(clinic.runtime, clinic.company_id, "reminders")
    assert preview.counts == {"must_be_mended": 3, "skipped": 1}
    assert (preview.parts, preview.arrivals) == (0, {})
    with pytest.raises(InvalidInput) as refused:
        await mark_ready(clinic.runtime, clinic.company_id, "reminders", preview.content_hash)
    assert preview.problems == refused.value.problems
    [problem] = preview.problems
    assert problem.field == "steps[0].template_id"
    assert "must list all that it asks about, as by {% for one in appointments %}" in problem.reason
    row, *_ = await get_previewed_row(clinic.runtime, clinic.company_id, preview.id, 2)
    assert (row.field, row.reason, row.verdict) == (problem.field, problem.reason, Verdict.MUST_BE_MENDED)
    assert row.body.startswith("Ana, you have a visit")

    await clinic.stores.templates.save(clinic.company_id, "reminder", a_template(body=BODY))
    mended = await start_preview(clinic.runtime, clinic.company_id, "reminders")
    assert (mended.problems, mended.counts.get("will_send")) == ((), 2)
    await mark_ready(clinic.runtime, clinic.company_id, "reminders", mended.content_hash)


async def test_what_does_not_go_together_is_said(clinic: Clinic) -> None:
    campaign = a_campaign(asks_together=True, reply_options=())
    with pytest.raises(InvalidInput, match="needs reply_options"):
        await create_campaign(clinic.runtime, clinic.company_id, campaign)
