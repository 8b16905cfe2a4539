"""Requests built with SendGrid's official helper, and its own check of signatures, against the simulator."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from sendgrid.helpers.eventwebhook import EventWebhook
from sendgrid.helpers.mail import CustomArg, Mail, Personalization, Substitution, To

from infra.local.simulator.client import SendGridKey, SimulatorClient
from infra.local.simulator.outcomes import Answer
from tests.kit.stack.webhook_receiver import Received, Receiver

OURS = "clinic@example.org"
SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"


@pytest_asyncio.fixture
async def key(simulator: SimulatorClient, receiver: Receiver) -> SendGridKey:
    return await simulator.add_key(event_url=f"{receiver.address}/events", senders=[OURS])


@pytest_asyncio.fixture
async def http(simulator: SimulatorClient, key: SendGridKey) -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"Authorization": f"Bearer {key.key}"}
    async with aiohttp.ClientSession(base_url=simulator.address, headers=headers) as session:
        yield session


def mail_to(*addresses: str) -> dict[str, Any]:
    mail = Mail(
        from_email=OURS,
        subject="Hello -name-",
        plain_text_content="Dear -name-",
        html_content="<b>-name-</b>",
    )
    for address in addresses:
        personalization = Personalization()
        personalization.add_to(To(address))
        personalization.add_substitution(Substitution("-name-", address.partition("@")[0]))
        personalization.add_custom_arg(CustomArg("message_id", f"m-{address}"))
        mail.add_personalization(personalization)
    mail.add_custom_arg(CustomArg("company_id", "c-1"))
    content: dict[str, Any] = mail.get()
    return content


def events(received: list[Received]) -> list[dict[str, Any]]:
    return [event for one in received for event in json.loads(one.body)]


async def test_each_recipient_gets_its_own_email(
    simulator: SimulatorClient, http: aiohttp.ClientSession
) -> None:
    async with http.post("/v3/mail/send", json=mail_to("ann@example.com", "bob@example.com")) as response:
        assert response.status == 202
        request_id = response.headers["X-Message-Id"]
    ann, bob = sorted(await simulator.messages(), key=lambda message: message["handset"])
    assert (ann["handset"], ann["subject"], ann["body"]) == ("ann@example.com", "Hello ann", "Dear ann")
    assert bob["html"] == "<b>bob</b>"
    assert bob["arguments"] == {"company_id": "c-1", "message_id": "m-bob@example.com"}
    assert ann["provider_id"].startswith(request_id)


async def test_events_are_signed_and_carry_the_custom_arguments(
    http: aiohttp.ClientSession, receiver: Receiver, key: SendGridKey
) -> None:
    async with http.post("/v3/mail/send", json=mail_to("ann@example.com")) as response:
        request_id = response.headers["X-Message-Id"]
    received = await receiver.wait_for(lambda all_: len(events(all_)) == 2)
    assert [event["event"] for event in events(received)] == ["processed", "delivered"]
    delivered = events(received)[1]
    assert delivered["email"] == "ann@example.com"
    assert delivered["message_id"] == "m-ann@example.com"
    assert delivered["company_id"] == "c-1"
    assert delivered["sg_message_id"].startswith(request_id)
    assert len({event["sg_event_id"] for event in events(received)}) == 2
    webhook = EventWebhook(key.verification_key)
    for one in received:
        assert webhook.verify_signature(one.body, one.headers[SIGNATURE], one.headers[TIMESTAMP])
        assert not webhook.verify_signature(f"{one.body} ", one.headers[SIGNATURE], one.headers[TIMESTAMP])


@pytest.mark.parametrize(
    ("mailbox", "expected"),
    [
        ("bounced", ["processed", "bounce"]),
        ("blocked", ["processed", "bounce"]),
        ("dropped", ["dropped"]),
        ("twice", ["processed", "processed", "delivered", "delivered"]),
        ("reordered", ["delivered", "processed"]),
        ("complained", ["processed", "delivered", "spamreport"]),
        ("deferred", ["processed", "deferred", "delivered"]),
        ("unsubscribed", ["processed", "delivered", "unsubscribe"]),
        ("group-unsubscribed", ["processed", "delivered", "group_unsubscribe"]),
        ("returned", ["processed", "delivered", "bounce"]),
        ("Delivered+ann", ["processed", "delivered"]),
    ],
)
async def test_events_follow_the_table(
    http: aiohttp.ClientSession, receiver: Receiver, mailbox: str, expected: list[str]
) -> None:
    async with http.post("/v3/mail/send", json=mail_to(f"{mailbox}@example.com")) as response:
        assert response.status == 202
    received = await receiver.wait_for(lambda all_: len(events(all_)) == len(expected))
    assert [event["event"] for event in events(received)] == expected
    if mailbox == "twice":
        assert len({event["sg_event_id"] for event in events(received)}) == 2


async def test_events_of_one_request_come_together(http: aiohttp.ClientSession, receiver: Receiver) -> None:
    addresses = [f"person{number}@example.com" for number in range(250)]
    async with http.post("/v3/mail/send", json=mail_to(*addresses)) as response:
        assert response.status == 202
    received = await receiver.wait_for(lambda all_: len(events(all_)) == 500)
    assert [len(json.loads(one.body)) for one in received] == [250, 250]


@pytest.mark.parametrize(
    ("mailbox", "status", "accepted"),
    [("throttled", 429, 0), ("error", 500, 0), ("error-accepted", 500, 1), ("slow", 202, 1)],
)
async def test_answers_follow_the_table(
    simulator: SimulatorClient, http: aiohttp.ClientSession, mailbox: str, status: int, accepted: int
) -> None:
    async with http.post("/v3/mail/send", json=mail_to(f"{mailbox}@example.com")) as response:
        assert response.status == status
        if status == 429:
            assert response.headers["X-RateLimit-Remaining"] == "0"
    assert len(await simulator.messages()) == accepted


@pytest.mark.parametrize("mailbox", ["timeout-accepted", "reset-accepted"])
async def test_an_email_is_accepted_although_no_answer_comes(
    simulator: SimulatorClient, http: aiohttp.ClientSession, mailbox: str
) -> None:
    call = asyncio.create_task(http.post("/v3/mail/send", json=mail_to(f"{mailbox}@example.com")))
    while not (accepted := await simulator.messages()):
        await asyncio.sleep(0)
    call.cancel()
    with pytest.raises((asyncio.CancelledError, aiohttp.ClientError)):
        await call
    assert len(accepted) == 1


async def test_a_fault_on_demand_ends_when_cleared(
    simulator: SimulatorClient, http: aiohttp.ClientSession
) -> None:
    await simulator.ask_fault("sendgrid", Answer.ERROR)
    for _ in range(2):
        async with http.post("/v3/mail/send", json=mail_to("ann@example.com")) as response:
            assert response.status == 500
    await simulator.clear_faults()
    async with http.post("/v3/mail/send", json=mail_to("ann@example.com")) as response:
        assert response.status == 202


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in mail_to("ann@example.com").items() if key != name}


@pytest.mark.parametrize(
    ("request_", "status", "field"),
    [
        (without("personalizations"), 400, "personalizations"),
        (without("from"), 400, "from"),
        (without("subject"), 400, "subject"),
        (without("content"), 400, "content"),
        (mail_to(*(f"p{number}@example.com" for number in range(1001))), 400, "personalizations"),
        (
            without("") | {"personalizations": [{"to": [{"email": "not an address"}]}]},
            400,
            "personalizations.0.to.0.email",
        ),
        (without("") | {"custom_args": {"a": 1}}, 400, "custom_args"),
        (without("") | {"from": {"email": "stranger@example.org"}}, 403, "from"),
        ([], 400, None),
    ],
)
async def test_refusals_name_the_field(
    simulator: SimulatorClient,
    http: aiohttp.ClientSession,
    request_: object,
    status: int,
    field: str | None,
) -> None:
    async with http.post("/v3/mail/send", json=request_) as response:
        assert response.status == status
        [error] = (await response.json())["errors"]
    assert error["field"] == field
    assert error["message"]
    assert await simulator.messages() == []


async def test_a_wrong_key_is_refused(simulator: SimulatorClient, http: aiohttp.ClientSession) -> None:
    wrong = {"Authorization": "Bearer SG.wrong"}
    async with http.post("/v3/mail/send", json=mail_to("ann@example.com"), headers=wrong) as response:
        assert response.status == 401
    async with http.get("/v3/scopes", headers=wrong) as response:
        assert response.status == 401
    assert await simulator.messages() == []


async def test_scopes_and_senders_are_shown(http: aiohttp.ClientSession) -> None:
    async with http.get("/v3/scopes") as response:
        assert "mail.send" in (await response.json())["scopes"]
    async with http.get("/v3/verified_senders") as response:
        assert [sender["from_email"] for sender in (await response.json())["results"]] == [OURS]


async def test_headers_are_each_mails_own_and_reserved_ones_are_refused(http: aiohttp.ClientSession) -> None:
    mail = mail_to("ann@example.com")
    mail["personalizations"][0]["headers"] = {"Reply-To": "x@example.com"}
    async with http.post("/v3/mail/send", json=mail) as response:
        assert response.status == 400
        assert (await response.json())["errors"][0]["field"] == "personalizations.0.headers"


@pytest.mark.parametrize("is_raw", [False, True])
async def test_an_answer_is_posted_signed_by_the_key_of_inbound_parse(
    simulator: SimulatorClient, receiver: Receiver, is_raw: bool
) -> None:
    url = f"{receiver.address}/incoming?sender=1"
    key = await simulator.add_key(inbound_url=url, senders=[OURS])
    mail = mail_to("ann@example.com")
    mail["personalizations"][0]["headers"] = {"Message-ID": "<ours.1@example.org>"}
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {key.key}"}) as session:
        await session.post(f"{simulator.address}/v3/mail/send", json=mail)
    await simulator.reply("ann@example.com", "I come", is_raw=is_raw, headers={"X-Mailer": "Mine"})
    [one] = await receiver.wait_for(lambda all_: len(all_) == 1)
    webhook = EventWebhook(key.inbound_key)
    assert webhook.verify_signature(one.body, one.headers[SIGNATURE], one.headers[TIMESTAMP])
    assert not EventWebhook(key.verification_key).verify_signature(
        one.body, one.headers[SIGNATURE], one.headers[TIMESTAMP]
    )
    assert one.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert ('name="email"' in one.body) is is_raw
    for said in ("In-Reply-To: <ours.1@example.org>", "X-Mailer: Mine", "I come", "Re: Hello ann"):
        assert said in one.body


async def test_a_mailbox_without_mail_has_nothing_to_answer(simulator: SimulatorClient) -> None:
    with pytest.raises(ValueError, match="no mail"):
        await simulator.reply("nobody@example.com", "Hello")


GLOBAL = "/v3/asm/suppressions/global"


@pytest.mark.parametrize(
    ("mailbox", "name", "reason"),
    [
        ("unsubscribed", "unsubscribes", "Unsubscribed Address"),
        ("complained", "spam_reports", "Spam Reporting Address"),
    ],
)
async def test_who_unsubscribed_or_complained_is_on_a_list_and_gets_no_more(
    simulator: SimulatorClient,
    http: aiohttp.ClientSession,
    receiver: Receiver,
    key: SendGridKey,
    mailbox: str,
    name: str,
    reason: str,
) -> None:
    address = f"{mailbox}@example.com"
    await http.post("/v3/mail/send", json=mail_to(address))
    await receiver.wait_for(lambda all_: len(events(all_)) == 3)
    assert await simulator.lists_with(key.key, address.upper()) == [name]
    async with http.post("/v3/mail/send", json=mail_to(address, "ann@example.com")) as response:
        assert response.status == 202
    received = await receiver.wait_for(lambda all_: len(events(all_)) == 6)
    told = [(one["event"], one.get("reason")) for one in events(received)[3:] if one["email"] == address]
    assert told == [("dropped", reason)]
    async with http.delete(f"{GLOBAL}/{address.title()}") as response:
        assert response.status == (204 if name == "unsubscribes" else 404)
    async with http.delete(f"{GLOBAL}/{address}") as response:
        assert response.status == 404
    assert await simulator.lists_with(key.key, address) == ([] if name == "unsubscribes" else [name])
    other = await simulator.add_key(senders=[OURS])
    assert await simulator.lists_with(other.key, address) == []


async def test_a_key_of_few_scopes_changes_no_list(
    simulator: SimulatorClient, http: aiohttp.ClientSession, key: SendGridKey
) -> None:
    await simulator.add_listing(key.key, "ann@example.com")
    await simulator.add_key(key=key.key, senders=[OURS], scopes=["mail.send"])
    async with http.get("/v3/scopes") as response:
        assert (await response.json())["scopes"] == ["mail.send"]
    async with http.delete(f"{GLOBAL}/ann@example.com") as response:
        assert response.status == 403
    assert await simulator.lists_with(key.key, "ann@example.com") == ["unsubscribes"]
    with pytest.raises(ValueError, match="unsubscribes or spam_reports"):
        await simulator.add_listing(key.key, "ann@example.com", "bounces")
