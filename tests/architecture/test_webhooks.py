"""No webhook without its secret: only what a provider signed for this very sender changes anything."""

import base64
import json
import os
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

import pytest
import pytest_asyncio
from starlette.requests import Request
from twilio.request_validator import RequestValidator

import main
from functions.process import current_runtime
from infra.local.emulators import Emulators
from infra.local.simulator.callbacks import new_signing_key, sign, verification_key
from shared import faults
from shared.domain import record
from shared.domain.channels.channel import Channel
from shared.domain.fires.fire_cost import Unit
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.receipt_bundle import RECEIPTS_PER_BUNDLE
from shared.domain.senders.sender import Provider
from shared.metering import NO_FIRE, metered
from shared.providers.registry import find_webhook, webhook_paths
from shared.runtime import Runtime
from shared.usecases.senders.retire_credentials import retire_credentials, withdraw_credentials
from tests.kit.architecture.asgi import a_request
from tests.kit.builders import NOON, a_message, a_page_sender, an_email_sender, an_sms_sender
from tests.kit.receipts import record_waiting, waiting_bundles

COMPANY = "acme"
OLD = {"account_sid": "AC1", "auth_token": "old-token"}
NEW = {"account_sid": "AC1", "auth_token": "new-token"}
AMAZON = record.replace(an_email_sender(), id="amazon", provider=Provider("ses"))
MAILBOX = record.replace(an_email_sender(), id="mailbox", provider=Provider("smtp"))
SENDERS = (an_sms_sender(), an_email_sender(), a_page_sender(), AMAZON, MAILBOX)
OLD_KEY, NEW_KEY = new_signing_key(), new_signing_key()
FORM = (
    b"AccountSid=AC1&MessageSid=SM1&SmsSid=SM1&MessageStatus=delivered&Body=STOP"
    b"&From=%2B12125550187&To=%2B12125550100"
)
EVENTS = json.dumps(
    [
        {
            "event": "delivered",
            "sg_event_id": "e1",
            "sg_message_id": "s1",
            "rollcall_message_id": "m1",
            "timestamp": 1,
        }
    ]
).encode()
FORGED = {
    "x-hub-signature-256": f"sha256={'0' * 64}",
    "x-amz-sns-message-type": "Notification",
    "webhook-id": "p1",
    "webhook-timestamp": str(int(time.time())),
    "webhook-signature": "v1,AAAA",
    "x-twilio-signature": base64.b64encode(b"0" * 20).decode(),
    "x-twilio-email-event-webhook-signature": base64.b64encode(b"0" * 70).decode(),
    "x-twilio-email-event-webhook-timestamp": str(int(time.time())),
}


def mail_fields(signing_key: str) -> dict[str, str]:
    return {"api_key": "SG.key", "webhook_public_key": verification_key(signing_key)}


@pytest_asyncio.fixture
async def company(environment: pytest.MonkeyPatch, emulators: Emulators) -> AsyncIterator[Runtime]:
    """A company with a sender at each provider and a message on its way, in the functions' own runtime."""
    for name, value in emulators.env.items():
        environment.setenv(name, value)
    environment.setenv("ROLLCALL_PROJECT_ID", f"test-{time.time_ns()}")
    current_runtime.cache_clear()
    runtime = current_runtime()
    for sender in SENDERS:
        await runtime.stores.senders.save(COMPANY, sender.id, sender)
    await runtime.secrets.add(COMPANY, "texts", OLD, NOON)
    await runtime.secrets.add(COMPANY, "mails", mail_fields(OLD_KEY), NOON)
    await runtime.stores.messages.save(COMPANY, "m1", a_sent_message())
    yield runtime
    runtime.stores.db.close()  # type: ignore[no-untyped-call]


def a_sent_message() -> Message:
    return a_message(id="m1", state=MessageState.SENDING, token="lease", sender_id="texts")


async def post(
    route: str, headers: Mapping[str, str], sender_id: str, form: bytes = FORM, company_id: str = COMPANY
) -> int:
    """What the webhook answers."""
    kind = "application/json" if route == "/events" else "application/x-www-form-urlencoded"
    body = EVENTS if route == "/events" and form == FORM else form
    query = f"company={company_id}&sender={sender_id}&message=m1"
    request = a_request(f"/messages{route}", query, {**headers, "content-type": kind}, body)
    return int((await main.messages(request)).status_code)


async def twilio(token: str, route: str = "/status", form: bytes = FORM) -> int:
    """What a webhook that Twilio signs with `token` is answered."""
    url = f"https://rollcall.example/messages{route}?company={COMPANY}&sender=texts&message=m1"
    signature = RequestValidator(token).compute_signature(url, dict(parse_qsl(form.decode())))
    return await post(route, {"X-Twilio-Signature": signature}, "texts", form)


async def sendgrid(signing_key: str, events: bytes = EVENTS) -> int:
    """What events that SendGrid signs with the key are answered."""
    timestamp = str(int(time.time()))
    headers = {
        "X-Twilio-Email-Event-Webhook-Signature": sign(signing_key, timestamp.encode() + events),
        "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
    }
    return await post("/events", headers, "mails", events)


def events(count: int, name: str = "delivered") -> bytes:
    """A post of so many events, each about a mail of its own."""
    return json.dumps(
        [
            {"event": name, "rollcall_message_id": f"m{number}", "email": f"p{number}@x.org", "timestamp": 1}
            for number in range(count)
        ]
    ).encode()


async def is_untouched(company: Runtime) -> bool:
    stores = company.stores
    return (
        await stores.messages.get(COMPANY, "m1") == a_sent_message()
        and not await waiting_bundles(company, COMPANY)
        and not (await stores.replies.page(COMPANY, limit=1)).items
        and not (await stores.opt_outs.page(COMPANY, limit=1)).items
    )


async def replace(company: Runtime, sender_id: str, *values: Mapping[str, str]) -> None:
    """Have just these be live."""
    await company.secrets.delete(COMPANY, sender_id)
    for fields in values:
        await company.secrets.add(COMPANY, sender_id, fields, NOON)


@pytest.mark.parametrize("sender_id", ["texts", "mails", "amazon", "mailbox", "nobody", "", "../texts"])
@pytest.mark.parametrize("headers", [{}, FORGED], ids=["unsigned", "forged"])
@pytest.mark.parametrize("route", sorted(f"/{path}" for path in webhook_paths()))
async def test_what_is_not_signed_is_refused_and_changes_nothing(
    company: Runtime, route: str, headers: dict[str, str], sender_id: str
) -> None:
    assert await post(route, headers, sender_id) == 403
    assert await is_untouched(company)


async def test_what_is_signed_counts(company: Runtime) -> None:
    assert await twilio("old-token") == 204
    assert await record_waiting(company, COMPANY) == 1
    assert (await company.stores.messages.get(COMPANY, "m1")).delivery == "delivered"
    assert await sendgrid(OLD_KEY) == 204
    assert await record_waiting(company, COMPANY) == 1


async def test_an_answer_waits_for_as_much_whatever_a_post_holds(company: Runtime) -> None:
    """One commit and one announcement: a thousand messages are recorded later."""
    passed: list[str] = []
    faults.install(lambda point, moment: passed.append(point) if moment == "before" else None)
    try:
        for count in (1, 10, 100, 1_000):
            passed.clear()
            with metered() as meter:
                assert await sendgrid(OLD_KEY, events(count)) == 204
            assert passed == ["store_receipts.store", "store_receipts.publish"]
            assert meter[NO_FIRE][Unit.READS] == (count == 1)  # the sender, once a minute
            assert meter[NO_FIRE][Unit.WRITES] == -(-count // RECEIPTS_PER_BUNDLE)
    finally:
        faults.install(None)


@pytest.mark.parametrize("name", ["unsubscribe", "group_unsubscribe", "spamreport"])
async def test_who_refused_by_a_link_is_known_when_it_is_answered(company: Runtime, name: str) -> None:
    mail = a_message(id="m0", channel=Channel("email"), address="p0@x.org", sender_id="mails")
    await company.stores.messages.save(COMPANY, "m0", mail)
    assert await sendgrid(OLD_KEY, events(1, name)) == 204
    [opt_out] = (await company.stores.opt_outs.page(COMPANY, limit=9)).items
    assert (opt_out.address, opt_out.is_active) == ("p0@x.org", True)
    assert await waiting_bundles(company, COMPANY) == []


async def test_who_writes_stop_is_known_when_it_is_answered(company: Runtime) -> None:
    assert await twilio("old-token", "/incoming") == 200
    [opt_out] = (await company.stores.opt_outs.page(COMPANY, limit=9)).items
    assert (opt_out.address, opt_out.is_active) == ("+12125550187", True)


async def test_of_very_many_refusals_in_one_post_none_is_lost(company: Runtime) -> None:
    for number in range(60):
        mail = a_message(
            id=f"m{number}", channel=Channel("email"), address=f"p{number}@x.org", sender_id="mails"
        )
        await company.stores.messages.save(COMPANY, mail.id, mail)
    assert await sendgrid(OLD_KEY, events(60, "unsubscribe")) == 204
    assert len((await company.stores.opt_outs.page(COMPANY, limit=100)).items) == 50
    assert await record_waiting(company, COMPANY) == 1
    assert len((await company.stores.opt_outs.page(COMPANY, limit=100)).items) == 60


def bounds() -> Iterator[tuple[str, str, int]]:
    """Each sender with the paths that its provider posts to, and how long a body may be there, in bytes."""
    for sender in SENDERS:
        for path in sorted(webhook_paths()):
            if (route := find_webhook(sender, path)) is not None:
                yield sender.id, path, route.longest_body


@pytest.mark.parametrize(("sender_id", "path", "longest"), list(bounds()))
async def test_nothing_of_a_body_is_read_that_is_too_long_unsigned_or_for_nobody(
    company: Runtime, sender_id: str, path: str, longest: int
) -> None:
    taken, piece = 0, b"x" * min(longest, 100_000)

    async def ask(sender_id: str, headers: dict[str, str], length: int) -> int:
        """What a body of so many bytes is answered that comes in pieces."""
        nonlocal taken
        taken = 0

        async def receive() -> dict[str, Any]:
            nonlocal taken
            sent = piece[: length - taken]
            taken += len(sent)
            return {"type": "http.request", "body": sent, "more_body": taken < length}

        query = f"company={COMPANY}&sender={sender_id}&message=m1"
        asked = a_request(f"/messages/{path}", query, headers)
        return int((await main.messages(Request(asked.scope, receive))).status_code)

    assert longest <= 32 * 1024 * 1024, "what a request to a function may have"
    for unknown in (ask(sender_id, {}, longest * 9), ask("nobody", FORGED, longest * 9)):
        assert (await unknown, taken) == (403, 0)
    for announced in (str(longest + 1), "9" * 5_000):
        told = FORGED | {"content-length": announced}
        assert (await ask(sender_id, told, longest * 9), taken) == (413, 0)
    assert await ask(sender_id, FORGED, longest * 9) == 413  # it says nothing of its length
    assert taken <= longest + len(piece)
    assert await ask(sender_id, FORGED, longest + 1) == 413
    assert await ask(sender_id, FORGED, longest) == 403, "as long as may be: the signature decides"
    assert await is_untouched(company)


async def test_without_credentials_nothing_is_taken_not_even_what_an_empty_secret_signed(
    company: Runtime,
) -> None:
    await replace(company, "texts")
    await replace(company, "mails")
    assert [await twilio(""), await twilio("old-token"), await sendgrid(OLD_KEY)] == [403, 403, 403]
    assert await is_untouched(company)


@pytest.mark.parametrize("blank", ["", " ", "\n", "\u00a0"])
async def test_a_blank_secret_is_none(company: Runtime, blank: str) -> None:
    await replace(company, "texts", OLD | {"auth_token": blank})
    await replace(company, "mails", mail_fields(OLD_KEY) | {"webhook_public_key": blank})
    assert [await twilio(blank), await twilio(""), await sendgrid(OLD_KEY)] == [403, 403, 403]
    await replace(company, "texts", OLD | {"auth_token": blank}, NEW)
    assert [await twilio(blank), await twilio(""), await twilio("new-token", "/incoming")] == [403, 403, 200]


async def test_secrets_of_another_provider_verify_nothing(company: Runtime) -> None:
    await replace(company, "texts", mail_fields(OLD_KEY))
    await replace(company, "mails", OLD)
    assert [await twilio("old-token"), await sendgrid(OLD_KEY)] == [403, 403]
    assert await is_untouched(company)


async def test_secrets_that_cannot_be_read_open_nothing_and_are_asked_for_again(company: Runtime) -> None:
    os.chmod(company.settings.secrets, 0o644)
    assert [await twilio("old-token"), await sendgrid(OLD_KEY), await twilio("")] == [503, 503, 503]
    assert await is_untouched(company)
    os.chmod(company.settings.secrets, 0o600)
    assert await twilio("old-token") == 204


async def test_a_rotation_takes_the_old_and_the_new_and_ends_with_the_new(company: Runtime) -> None:
    assert [await twilio("new-token"), await sendgrid(NEW_KEY)] == [403, 403]
    await company.secrets.add(COMPANY, "texts", NEW, NOON)
    await company.secrets.add(COMPANY, "mails", mail_fields(NEW_KEY), NOON)
    assert [await twilio("old-token", "/incoming"), await twilio("new-token", "/incoming")] == [200, 200]
    assert [await twilio("old-token"), await twilio("new-token")] == [204, 204]
    assert [await sendgrid(OLD_KEY), await sendgrid(NEW_KEY)] == [204, 204]
    for sender_id in ("texts", "mails"):
        await retire_credentials(company, COMPANY, sender_id)
    assert [await twilio("old-token"), await sendgrid(OLD_KEY)] == [403, 403]
    assert [await twilio("new-token"), await sendgrid(NEW_KEY)] == [204, 204]


async def test_a_rotation_that_is_given_up_ends_with_the_old(company: Runtime) -> None:
    await company.secrets.add(COMPANY, "texts", NEW, NOON)
    await withdraw_credentials(company, COMPANY, "texts")
    assert [await twilio("old-token"), await twilio("new-token")] == [204, 403]


async def test_a_token_signs_for_its_own_account_only(company: Runtime) -> None:
    other = FORM.replace(b"AC1", b"AC2")
    assert await twilio("old-token", form=other) == 403
    await company.secrets.add(COMPANY, "texts", {"account_sid": "AC2", "auth_token": "new-token"}, NOON)
    assert [await twilio("new-token", form=other), await twilio("old-token")] == [204, 204]
    assert [await twilio("old-token", form=other), await twilio("new-token")] == [403, 403]
