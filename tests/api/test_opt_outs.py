"""Opt-outs and replies that wait, over HTTP: what is shown, filtered, settled and lifted."""

from shared.domain.channels.channel import Channel
from shared.domain.contacts.opt_out import OptOutSource
from shared.domain.messages.reply import Reply
from shared.domain.messages.sending import Media
from shared.domain.replies.asked import ReplyMeaning
from tests.kit.api.office import OURS, Office
from tests.kit.builders import NOON, an_opt_out

ANA = "ana@example.com"


async def test_a_bounce_is_shown_with_its_reason_and_lifted_with_who_did_it(office: Office) -> None:
    bounce = an_opt_out(
        ANA,
        channel=Channel("email"),
        source=OptOutSource.BOUNCE,
        code="bounce",
        text="550 5.1.1 No such user",
        message_id="message-acme",
    )
    await office.stores.opt_outs.save(OURS, bounce.id, bounce)
    [shown] = (await office.get("/v1/opt-outs?source=bounce&is_active=true")).json()["items"]
    assert (shown["id"], shown["code"], shown["message_id"]) == (bounce.id, "bounce", "message-acme")
    assert shown["text"] == "550 5.1.1 No such user"
    assert "/v3/suppression/bounces" in shown["provider_note"]
    lifted = (await office.post(f"/v1/opt-outs/{bounce.id}/end", {"text": "They mended it."})).json()
    assert not lifted["is_active"]
    assert lifted["changed_by"].startswith("api key ")
    assert [(one["source"], one["text"]) for one in lifted["earlier"]] == [("bounce", shown["text"])]
    assert "/v3/suppression/bounces" in lifted["provider_note"]
    assert (await office.get("/v1/opt-outs?source=bounce&is_active=true")).json()["items"] == []


async def test_a_reply_that_waits_is_listed_until_it_is_closed(office: Office) -> None:
    reply = Reply(
        id="waiting",
        sender_id="sender-acme",
        channel=Channel("sms"),
        address="+12125550187",
        body="",
        received_at=NOON,
        meaning=ReplyMeaning.UNCLEAR,
        media=(Media(url="https://api.twilio.com/ME1", content_type="image/jpeg"),),
        waits=True,
    )
    await office.stores.replies.save(OURS, reply.id, reply)
    [shown] = (await office.get("/v1/replies?waits=true")).json()["items"]
    picture = {"url": "https://api.twilio.com/ME1", "content_type": "image/jpeg"}
    assert shown["media"] == [{**picture, "name": "", "size": None}]
    closed = await office.call("POST", "/v1/replies/waiting/close")
    assert (closed.json()["waits"], closed.json()["settled_by"][:8]) == (False, "api key ")
    assert (await office.get("/v1/replies?waits=true")).json()["items"] == []
    again = await office.call("POST", "/v1/replies/waiting/close")
    assert again.json()["settled_at"] == closed.json()["settled_at"]
