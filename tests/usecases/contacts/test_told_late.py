"""What is told late, or twice, does not undo what the person said after it: a return or a refusal."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pytest

from shared.domain.channels.channel import Channel
from shared.domain.contacts.opt_out import OptOut, OptOutSource, opt_out_id
from shared.domain.messages.message import Message
from shared.domain.messages.reply import Reply
from shared.domain.messages.sending import IncomingMessage
from shared.providers.ses.events import parse_events
from shared.usecases.answers.receive_reply import receive_reply
from shared.usecases.answers.record_receipt import record_receipt
from shared.usecases.contacts.save_opt_out import end_opt_out
from tests.kit.builders import a_step
from tests.kit.clinic import Clinic
from tests.kit.signed_webhooks import sendgrid_posts, twilio_posts

ANA, PHONE = "ana@example-clinic.com", "+12125550187"
EMAIL, SMS = Channel("email"), Channel("sms")
MAIL = a_step(id="mail", channel=EMAIL, template_id="mail", sender_id="mails", address_field="email")
HOUR = timedelta(hours=1)
REFUSALS = [
    {"event": "unsubscribe"},
    {"event": "group_unsubscribe", "asm_group_id": 7},
    {"event": "spamreport"},
    {"event": "dropped", "reason": "Unsubscribed Address"},
]
HARD = {"event": "bounce", "type": "bounce", "status": "5.1.1", "reason": "550 5.1.1 No such user"}


async def mailed(clinic: Clinic) -> Message:
    """A message to Ana, sent."""
    await clinic.load({})
    await clinic.ready(steps=(MAIL,))
    await clinic.fire()
    [message] = await clinic.messages()
    return message


async def says(clinic: Clinic, message: Message, event: Mapping[str, object], at: datetime | None) -> None:
    """SendGrid's event about the message, with the time at which it happened."""
    facts = {"email": message.address, "rollcall_message_id": message.id, "sg_message_id": "s"}
    await sendgrid_posts(clinic, [{**facts, **event} | ({"timestamp": int(at.timestamp())} if at else {})])


async def known(clinic: Clinic, channel: Channel, address: str) -> OptOut:
    return await clinic.stores.opt_outs.get(clinic.company_id, opt_out_id(channel, address))


async def returns(clinic: Clinic) -> None:
    """Ana agreed to get mails again."""
    await end_opt_out(clinic.runtime, clinic.company_id, opt_out_id(EMAIL, ANA), "on the phone")


async def wrote(clinic: Clinic, text: str, at: datetime | None, provider_id: str = "") -> Reply:
    """What reaches us now was written then, by the provider's clock."""
    incoming = IncomingMessage(
        provider_id=provider_id or f"{text} {at}",
        from_address=PHONE,
        to_address="+12125550100",
        body=text,
        written_at=at,
    )
    return await receive_reply(clinic.runtime, clinic.company_id, "texts", SMS, incoming)


@pytest.mark.parametrize("event", REFUSALS, ids=lambda one: str(one["event"]))
async def test_a_refusal_that_is_told_again_after_a_return_changes_nothing(
    clinic: Clinic, event: dict[str, object]
) -> None:
    message, at = await mailed(clinic), clinic.runtime.now()
    await says(clinic, message, event, at)
    assert (await known(clinic, EMAIL, ANA)).is_active
    await returns(clinic)  # within the second that the event has
    await says(clinic, message, event, at)
    clinic.later(HOUR)
    await says(clinic, message, event, at)
    assert not (await known(clinic, EMAIL, ANA)).is_active
    await says(clinic, message, event, clinic.runtime.now())
    assert (await known(clinic, EMAIL, ANA)).is_active, "what comes after the return counts"


async def test_a_refusal_that_is_told_for_the_first_time_after_a_return_changes_nothing(
    clinic: Clinic,
) -> None:
    message = await mailed(clinic)
    await says(clinic, message, {"event": "unsubscribe"}, clinic.runtime.now())
    clinic.later(HOUR)
    complained_at = clinic.runtime.now()
    clinic.later(HOUR)
    await returns(clinic)
    clinic.later(HOUR)
    await says(clinic, message, {"event": "spamreport"}, complained_at)
    assert not (await known(clinic, EMAIL, ANA)).is_active
    await says(clinic, message, HARD, complained_at)
    assert not (await known(clinic, EMAIL, ANA)).is_active
    await says(clinic, message, {"event": "unsubscribe"}, None)
    assert (await known(clinic, EMAIL, ANA)).is_active, "nobody knows when: a refusal counts"


@pytest.mark.parametrize("time", [1, True, "soon", 1e300, -5, {}, [1]])
async def test_a_time_that_is_none_keeps_no_refusal_away(clinic: Clinic, time: object) -> None:
    message = await mailed(clinic)
    await says(clinic, message, {"event": "unsubscribe"}, clinic.runtime.now())
    clinic.later(HOUR)
    await returns(clinic)
    clinic.later(HOUR)
    await says(clinic, message, {"event": "unsubscribe", "timestamp": time}, None)
    assert (await known(clinic, EMAIL, ANA)).is_active


async def test_a_bounce_that_ended_is_no_return(clinic: Clinic) -> None:
    message = await mailed(clinic)
    await says(clinic, message, HARD, clinic.runtime.now())
    clinic.later(HOUR)
    refused_at = clinic.runtime.now()
    clinic.later(HOUR)
    await returns(clinic)  # the mailbox was mended: nobody agreed to anything
    await says(clinic, message, {"event": "unsubscribe"}, refused_at)
    now = await known(clinic, EMAIL, ANA)
    assert (now.is_active, now.source, now.said_at) == (
        True,
        OptOutSource.PROVIDER,
        refused_at.replace(microsecond=0),
    )


def ses_events(message: Message, at: str) -> Sequence[str]:
    """A complaint and a bounce for good, as Amazon writes them."""
    mail = {"tags": {"rollcall_message_id": [message.id]}, "messageId": "m", "destination": [ANA]}
    gone = {"bounceType": "Permanent", "bounceSubType": "General", "timestamp": at}
    complaint = {"complainedRecipients": [{"emailAddress": ANA}], "timestamp": at}
    return (
        json.dumps({"eventType": "Complaint", "mail": mail, "complaint": complaint}),
        json.dumps(
            {
                "eventType": "Bounce",
                "mail": mail,
                "bounce": gone | {"bouncedRecipients": [{"emailAddress": ANA}]},
            }
        ),
    )


async def test_the_same_holds_for_amazon_ses(clinic: Clinic) -> None:
    message, at = await mailed(clinic), clinic.runtime.now().isoformat(timespec="milliseconds")
    clinic.later(HOUR)

    async def told(time: str) -> bool:
        for text in ses_events(message, time):
            [receipt] = parse_events(text)
            await record_receipt(clinic.runtime, clinic.company_id, receipt)
        return (await known(clinic, EMAIL, ANA)).is_active

    assert await told(at)
    await returns(clinic)
    clinic.later(HOUR)
    assert not await told(at)
    assert await told("no time")


async def test_a_stop_that_is_told_twice_or_late_does_not_undo_start(clinic: Clinic) -> None:
    at = clinic.runtime.now()
    await wrote(clinic, "STOP", None, "SM1")
    await wrote(clinic, "START", None, "SM2")
    assert not (await known(clinic, SMS, PHONE)).is_active
    await wrote(clinic, "STOP", None, "SM1")  # Twilio names no time: its id says that it is the same
    assert not (await known(clinic, SMS, PHONE)).is_active
    clinic.later(HOUR)
    late = await wrote(clinic, "stop", at - HOUR)  # as its list, and Meta, date it
    assert not (await known(clinic, SMS, PHONE)).is_active
    assert (late.meaning, late.consent) == ("opt_out", None)
    assert "before what the person said last" in late.note
    assert await clinic.sent_counts() == {}, "nothing confirms it"
    again = await wrote(clinic, "Stop", clinic.runtime.now())
    assert (again.consent, (await known(clinic, SMS, PHONE)).is_active) == ("opt_out", True)


async def test_a_start_that_is_told_late_does_not_undo_stop(clinic: Clinic) -> None:
    began = clinic.runtime.now()
    clinic.later(HOUR)
    await wrote(clinic, "STOP", clinic.runtime.now())
    clinic.later(HOUR)
    late = await wrote(clinic, "START", began)
    assert (await known(clinic, SMS, PHONE)).is_active
    assert (late.meaning, late.consent) == ("opt_in", None)
    await wrote(clinic, "Start", clinic.runtime.now())
    assert not (await known(clinic, SMS, PHONE)).is_active


async def test_both_told_late_in_their_order_are_taken_in_their_order(clinic: Clinic) -> None:
    """As after an outage: the refusal is noted after START was written, and was given before."""
    began = clinic.runtime.now()
    clinic.later(HOUR)
    await wrote(clinic, "STOP", began)
    await wrote(clinic, "START", began + timedelta(minutes=5))
    assert not (await known(clinic, SMS, PHONE)).is_active
    await wrote(clinic, "stop", began + timedelta(minutes=9))
    assert (await known(clinic, SMS, PHONE)).is_active


async def test_a_clock_that_is_ahead_keeps_no_later_refusal_away(clinic: Clinic) -> None:
    await wrote(clinic, "STOP", clinic.runtime.now())
    await wrote(clinic, "START", clinic.runtime.now() + timedelta(days=400))
    clinic.later(HOUR)
    await wrote(clinic, "stop", clinic.runtime.now())
    assert (await known(clinic, SMS, PHONE)).is_active


async def test_a_message_that_twilio_refused_before_start_opts_nobody_out_after_it(clinic: Clinic) -> None:
    await clinic.load({})
    await clinic.ready()
    await clinic.fire()
    [message] = await clinic.messages()
    form = {"MessageSid": "SM1", "MessageStatus": "failed", "ErrorCode": "21610", "To": PHONE}
    await twilio_posts(clinic, "status", message.id, **form)
    assert (await known(clinic, SMS, PHONE)).source is OptOutSource.PROVIDER
    clinic.later(HOUR)
    await clinic.write(PHONE, "START")
    await twilio_posts(clinic, "status", message.id, **form)
    assert not (await known(clinic, SMS, PHONE)).is_active
