"""A hard bounce teaches: nothing more goes to that address until somebody lifts it."""

from datetime import timedelta

import pytest

from shared.domain.channels.channel import Channel
from shared.domain.contacts.opt_out import OptOut, OptOutSource, opt_out_id, opt_out_ids
from shared.domain.messages.message import Message
from shared.domain.record import replace
from shared.usecases.campaigns.start_preview import start_preview
from shared.usecases.contacts.save_opt_out import end_opt_out
from shared.usecases.sending.send_batch import send_batch
from shared.views.kit.paging import PageAsked
from shared.views.opt_outs import list_opt_outs, provider_note
from shared.views.previews import list_previewed_messages
from tests.kit.builders import a_step, an_opt_out
from tests.kit.clinic import Clinic
from tests.kit.signed_webhooks import sendgrid_posts, twilio_posts

ANA, PHONE = "ana@example-clinic.com", "+12125550187"
EMAIL, SMS = Channel("email"), Channel("sms")
MAIL = a_step(id="mail", channel=EMAIL, template_id="mail", sender_id="mails", address_field="email")
HARD = {"event": "bounce", "type": "bounce", "status": "5.1.1", "reason": "550 5.1.1 No such user"}


async def another_visit(clinic: Clinic) -> dict[str, str]:
    """A row of the same person that no file had before: what was sent is not sent again."""
    return {"When": f"12/{len(await clinic.messages()) + 1:02}/2099 14:30"}


async def mailed(clinic: Clinic) -> Message:
    """A new fire's only email."""
    await clinic.load(await another_visit(clinic))
    await clinic.ready(steps=(MAIL,))
    fire = await clinic.fire()
    return next(message for message in await clinic.messages() if message.fire_id == fire.id)


async def texted(clinic: Clinic, code: str | None, number: int) -> Message:
    """A new fire's only text, with what became of it."""
    await clinic.load(await another_visit(clinic))
    await clinic.ready()
    fire = await clinic.fire()
    message = next(one for one in await clinic.messages() if one.fire_id == fire.id)
    form = {"MessageSid": f"SM{number}", "MessageStatus": "undelivered" if code else "delivered"}
    await twilio_posts(
        clinic, "status", message.id, **(form | ({"ErrorCode": code} if code else {}) | {"To": PHONE})
    )
    clinic.later(timedelta(hours=1))
    return message


async def says(clinic: Clinic, message: Message, **event: str) -> None:
    """An event of SendGrid about the message, signed."""
    facts = {
        "email": message.address,
        "rollcall_message_id": message.id,
        "timestamp": 1,
        "sg_message_id": "s",
    }
    await sendgrid_posts(clinic, [{**facts, **event}])


async def known(clinic: Clinic, channel: Channel, address: str) -> OptOut | None:
    return await clinic.stores.opt_outs.find(clinic.company_id, opt_out_id(channel, address))


async def test_a_hard_bounce_is_not_mailed_again_and_the_preview_says_why(clinic: Clinic) -> None:
    first = await mailed(clinic)
    await says(clinic, first, **HARD)
    bounce = await known(clinic, EMAIL, "ANA@example-clinic.com")
    assert bounce is not None
    assert (bounce.is_active, bounce.source, bounce.code) == (True, OptOutSource.BOUNCE, "bounce")
    assert bounce.message_id == first.id
    assert "550 5.1.1 No such user" in bounce.text
    preview = await start_preview(clinic.runtime, clinic.company_id, "reminders")
    [shown] = (
        await list_previewed_messages(clinic.runtime, clinic.company_id, PageAsked(9), preview_id=preview.id)
    ).items
    assert (shown.verdict, shown.kind) == ("skipped", "bounced")
    assert "Nothing reaches this address" in shown.reason
    assert "550 5.1.1 No such user" in shown.reason
    second = await mailed(clinic)
    assert (second.state, second.reason) == ("skipped", "bounced")
    assert await clinic.sent_counts() == {ANA: 1}


async def test_a_bounce_between_planning_and_sending_counts_too(clinic: Clinic) -> None:
    first = await mailed(clinic)
    await clinic.load(await another_visit(clinic))
    await clinic.ready(steps=(MAIL,))
    clinic.published.clear()
    _, job = await clinic.fire_and_queue()
    clinic.runs_jobs = True
    await says(clinic, first, **HARD)
    await send_batch(clinic.runtime, job)
    assert sorted(str(message.reason) for message in await clinic.messages()) == ["None", "bounced"]


async def test_a_lifted_bounce_says_who_lifted_it_and_what_the_provider_keeps(clinic: Clinic) -> None:
    first = await mailed(clinic)
    await says(clinic, first, **HARD)
    item_id = opt_out_id(EMAIL, ANA)
    clinic.later(timedelta(hours=1))
    lifted = await end_opt_out(clinic.runtime, clinic.company_id, item_id, "Mended.", by="api key k1")
    assert (lifted.is_active, lifted.changed_by, lifted.text) == (False, "api key k1", "Mended.")
    [earlier] = lifted.earlier
    assert (earlier.source, earlier.message_id) == (OptOutSource.BOUNCE, first.id)
    assert "Suppressions > Bounces" in provider_note(lifted)
    await says(clinic, first, **HARD)
    assert await known(clinic, EMAIL, ANA) == lifted, "the same event again teaches nothing new"
    second = await mailed(clinic)
    assert second.state == "sent"
    await says(clinic, second, event="dropped", reason="Bounced Address")
    again = await known(clinic, EMAIL, ANA)
    assert again is not None
    assert (again.is_active, again.source, len(again.earlier)) == (True, OptOutSource.BOUNCE, 2)


async def test_the_end_of_a_bounce_is_not_that_of_a_refusal(clinic: Clinic) -> None:
    """The address is in reach again, noted under an older spelling: who said STOP still does."""
    number = "+525512345678"
    key, former = opt_out_ids(SMS, number)[:2]
    bounce = replace(an_opt_out(number), id=former, channel=SMS, source=OptOutSource.BOUNCE)
    await clinic.stores.opt_outs.save(clinic.company_id, former, bounce)
    await clinic.write(number, "STOP")
    bounce = replace(bounce, changed_at=clinic.runtime.now())
    await clinic.stores.opt_outs.save(clinic.company_id, former, bounce)
    over = await end_opt_out(clinic.runtime, clinic.company_id, former, "Mended.")
    assert not over.is_active
    assert (await clinic.stores.opt_outs.get(clinic.company_id, key)).is_active


@pytest.mark.parametrize(
    ("event", "source"),
    [
        (HARD | {"type": "blocked"}, None),
        (HARD | {"status": "5.2.2", "reason": "552 5.2.2 Mailbox full"}, None),
        ({"event": "deferred", "response": "450 4.2.1 later"}, None),
        ({"event": "dropped", "reason": "Spam Content"}, None),
        ({"event": "dropped", "reason": "Invalid"}, OptOutSource.BOUNCE),
        ({"event": "dropped", "reason": "Spam Reporting Address"}, OptOutSource.COMPLAINT),
        ({"event": "dropped", "reason": "Unsubscribed Address"}, OptOutSource.PROVIDER),
        ({"event": "spamreport"}, OptOutSource.COMPLAINT),
    ],
)
async def test_what_each_event_teaches(
    clinic: Clinic, event: dict[str, str], source: OptOutSource | None
) -> None:
    await says(clinic, await mailed(clinic), **event)
    learned = await known(clinic, EMAIL, ANA)
    assert (learned.source if learned else None) == source
    second = await mailed(clinic)
    expected = {None: None, OptOutSource.BOUNCE: "bounced"}.get(source, "opted_out")
    assert second.reason == expected


@pytest.mark.parametrize(
    ("codes", "is_learned"),
    [
        (("30003", "30003"), False),  # the phone was off
        (("30005",), False),
        (("30005", "30005"), True),
        (("30006", "30006"), True),
        (("30005", None, "30005"), False),  # one arrived in between
    ],
)
async def test_a_number_is_gone_at_the_second_message_in_a_row(
    clinic: Clinic, codes: tuple[str | None, ...], is_learned: bool
) -> None:
    for number, code in enumerate(codes):
        await texted(clinic, code, number)
    learned = await known(clinic, SMS, PHONE)
    assert (learned is not None and learned.source is OptOutSource.BOUNCE) == is_learned
    if is_learned:
        page = await list_opt_outs(
            clinic.runtime, clinic.company_id, PageAsked(9), source=OptOutSource.BOUNCE, is_active=True
        )
        assert [one.address for one in page.items] == [PHONE]
        await clinic.write(PHONE, "I am here")
        back = await known(clinic, SMS, PHONE)
        assert back is not None
        assert not back.is_active, "who writes is in reach"
