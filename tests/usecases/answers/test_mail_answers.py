"""Answers by mail: through the one reply path, to the very message, be they written from another mailbox."""

from datetime import timedelta

import pytest

from infra.local.simulator.callbacks import new_signing_key, sign
from infra.local.simulator.sendgrid_inbound import CONTENT_TYPE
from shared.domain.campaigns.reply_option import Disposition
from shared.domain.channels.channel import Channel
from shared.domain.contacts.opt_out import opt_out_id
from shared.domain.messages.message import Message
from shared.domain.messages.purpose import Purpose
from shared.domain.messages.reply import Reply
from shared.domain.messages.sending import IncomingMessage
from shared.domain.messages.webhook import WebhookRequest
from shared.domain.record import replace
from shared.domain.replies.asked import ReplyMeaning
from shared.usecases.answers.check_webhook import WebhookRefused
from shared.usecases.answers.receive_reply import receive_reply
from shared.usecases.answers.receive_webhook import find_listener, receive_webhook
from tests.kit.builders import a_campaign, a_step
from tests.kit.clinic import Clinic
from tests.kit.signed_webhooks import mail_arrives

EMAIL = Channel("email")
BY_MAIL = (a_step(id="mail", channel=EMAIL, template_id="mail", sender_id="mails", address_field="email"),)


async def mailed(clinic: Clinic, *addresses: str) -> dict[str, Message]:
    await clinic.load(*({"Email": address, "Patient": address[:3]} for address in addresses))
    await clinic.ready(steps=BY_MAIL)
    await clinic.fire()
    return await clinic.by_address()


async def write(clinic: Clinic, from_address: str, body: str, **more: object) -> Reply:
    facts = {"provider_id": f"{from_address} {body}", "to_address": "clinic@example.com", **more}
    incoming = IncomingMessage(from_address=from_address, body=body, **facts)  # type: ignore[arg-type]
    return await receive_reply(clinic.runtime, "acme", "mails", EMAIL, incoming)


async def test_an_answer_names_its_message_from_whichever_mailbox(clinic: Clinic) -> None:
    sent = await mailed(clinic, "ana@example.com", "ben@example.com")
    reply = await write(clinic, "ana.private@other.example", "1", answers_id=sent["ana@example.com"].id)
    assert (reply.meaning, reply.address) == (ReplyMeaning.ANSWER, "ana@example.com")
    after = await clinic.by_address()
    assert after["ana@example.com"].disposition is Disposition.CONFIRMED
    assert after["ben@example.com"].disposition is None


async def test_an_answer_to_another_mail_of_the_conversation_is_a_persons(clinic: Clinic) -> None:
    """Somebody of the company wrote to them from a mail program of their own: "yes" may be for that."""
    sent = await mailed(clinic, "ana@example.com")
    named = {"replies_to": "CAF123", "continues_id": sent["ana@example.com"].id}
    reply = await write(clinic, "ana.private@other.example", "yes", **named)
    assert (reply.meaning, reply.address, reply.waits) == (ReplyMeaning.UNCLEAR, "ana@example.com", True)
    assert (reply.may_also_mean, reply.message_id) == (Disposition.CONFIRMED, sent["ana@example.com"].id)
    assert "not known here" in reply.note
    assert (await clinic.by_address())["ana@example.com"].disposition is None
    ours = sent["ana@example.com"].provider_id  # as Amazon SES names a mail: by its own id alone
    answered = await write(clinic, "ana@example.com", "yes", **{**named, "replies_to": ours})
    assert answered.disposition is Disposition.CONFIRMED


async def test_a_mail_that_was_dated_before_the_question_does_not_answer_it(clinic: Clinic) -> None:
    sent = await mailed(clinic, "ana@example.com")
    at = sent["ana@example.com"].sent_at
    assert at is not None
    early = await write(clinic, "ana@example.com", "yes", dated=at - timedelta(hours=3))
    assert (early.meaning, early.waits, early.message_id) == (ReplyMeaning.UNCLEAR, True, None)
    assert "before the question" in early.note
    near = await write(clinic, "ana@example.com", "Yes", dated=at - timedelta(seconds=30))
    assert near.disposition is Disposition.CONFIRMED, "clocks differ by so much"
    named = await write(
        clinic, "ana@example.com", "2", dated=at - timedelta(hours=3), answers_id=sent["ana@example.com"].id
    )
    assert named.disposition is Disposition.CANCELED, "who answers a mail has had it, whatever the clock says"
    refusal = await write(clinic, "ana@example.com", "STOP", dated=at - timedelta(days=900))
    assert refusal.meaning is ReplyMeaning.OPT_OUT


async def test_who_answers_the_thank_you_changes_the_answer(clinic: Clinic) -> None:
    await clinic.load({"Email": "ana@example.com"})
    options = tuple(replace(one, acknowledgement="Thank you.") for one in a_campaign().reply_options)
    await clinic.ready(steps=BY_MAIL, reply_options=options)
    await clinic.fire()
    [asked] = await clinic.messages()
    await write(clinic, "ana@example.com", "1", answers_id=asked.id)
    [thanks] = [one for one in await clinic.messages() if one.purpose is Purpose.ACKNOWLEDGEMENT]
    changed = await write(clinic, "ana.private@other.example", "2", answers_id=thanks.id)
    assert (changed.address, changed.message_id) == ("ana@example.com", asked.id)
    assert (changed.disposition, changed.contradicts_earlier) == (Disposition.CANCELED, True)


async def test_stop_from_another_mailbox_ends_mail_to_the_one_we_wrote_to(clinic: Clinic) -> None:
    sent = await mailed(clinic, "ana@example.com")
    await write(clinic, "ana.private@other.example", "STOP", answers_id=sent["ana@example.com"].id)
    refusal = await clinic.stores.opt_outs.find("acme", opt_out_id(EMAIL, "ana@example.com"))
    assert refusal is not None
    assert refusal.is_active


@pytest.mark.parametrize("answers_id", [None, "nothing", "another"])
async def test_without_our_id_the_writer_is_known_by_the_mailbox(
    clinic: Clinic, answers_id: str | None
) -> None:
    await mailed(clinic, "ana@example.com")
    reply = await write(clinic, "Ana@Example.com", "2", answers_id=answers_id)
    assert (reply.meaning, reply.disposition) == (ReplyMeaning.ANSWER, Disposition.CANCELED)


async def test_another_senders_message_is_not_answered_through_this_one(clinic: Clinic) -> None:
    await clinic.fire_for("+12125550187")
    [text] = await clinic.messages()
    reply = await write(clinic, "somebody@example.com", "1", answers_id=text.id)
    assert reply.meaning is ReplyMeaning.UNCLEAR
    assert (await clinic.messages())[0].disposition is None


async def test_a_machines_answer_is_nobodys_and_a_refusal_still_counts(clinic: Clinic) -> None:
    sent = await mailed(clinic, "ana@example.com")
    named = sent["ana@example.com"].id
    away = await write(clinic, "ana@example.com", "1", answers_id=named, is_automatic=True)
    assert (away.meaning, away.waits) == (ReplyMeaning.AUTO_REPLY, False)
    assert (await clinic.by_address())["ana@example.com"].disposition is None
    stop = await write(clinic, "ana@example.com", "STOP", answers_id=named, is_automatic=True)
    assert stop.meaning is ReplyMeaning.OPT_OUT


@pytest.mark.parametrize("is_raw", [False, True])
async def test_a_mail_arrives_signed_and_answers_once(clinic: Clinic, is_raw: bool) -> None:
    await mailed(clinic, "ana@example.com")
    [mail] = await clinic.accepted()
    await clinic.simulator.reply("ana@example.com", "1", is_raw=is_raw, media=["image/png"])
    [written] = [one for one in await clinic.simulator.messages() if one["incoming"]]
    assert (written["sender"], written["subject"]) == (mail["sender"], f"Re: {mail['subject']}")
    form = await clinic.simulator.form(written["provider_id"])
    for _ in range(2):
        await mail_arrives(clinic, form, CONTENT_TYPE)
    [reply] = (await clinic.stores.replies.page("acme", limit=10)).items
    assert (reply.body, reply.disposition, reply.address) == ("1", Disposition.CONFIRMED, "ana@example.com")
    assert [(one.name, one.content_type) for one in reply.media] == [("file.png", "image/png")]


async def post(clinic: Clinic, body: bytes, signature: str) -> None:
    stamp = str(int(clinic.runtime.now().timestamp()))
    headers = {
        "content-type": CONTENT_TYPE,
        "x-twilio-email-event-webhook-signature": signature,
        "x-twilio-email-event-webhook-timestamp": stamp,
    }
    request = WebhookRequest(url="", query={}, headers=headers, body=body, received_at=clinic.runtime.now())
    listener = await find_listener(clinic.runtime, "acme", "mails", "incoming", headers)
    await receive_webhook(clinic.runtime, "acme", listener, request)


async def test_a_mail_that_sendgrid_did_not_sign_is_refused(clinic: Clinic) -> None:
    body, stamp = b"--xYzZY--", str(int(clinic.runtime.now().timestamp())).encode()
    with pytest.raises(WebhookRefused, match="does not fit"):
        await post(clinic, body, sign(new_signing_key(), stamp + body))
    fields = await clinic.credentials("mails")
    await clinic.set_credentials("mails", {name: fields[name] for name in ("api_key", "webhook_public_key")})
    with pytest.raises(WebhookRefused, match="inbound_public_key"):
        await post(clinic, body, sign(new_signing_key(), stamp + body))
    assert not (await clinic.stores.replies.page("acme", limit=10)).items
