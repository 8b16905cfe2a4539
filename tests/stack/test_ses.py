"""Amazon SES through the whole stack: the subscription confirmed, mails sent, what becomes of them told."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from infra.local.simulator.ses_life import new_certificate, notification
from infra.local.waiting import wait_while_moving
from shared.domain.channels.channel import Channel
from shared.domain.senders.sender import Provider, Sender
from tests.kit.stack.office import Office, campaign, settled, stack_runtime

pytestmark = pytest.mark.asyncio(loop_scope="session")
DESK = "desk@ses.example"


def _address(office: Office) -> str:
    """Where Amazon posts to."""
    public_url = office.stack.settings_env["ROLLCALL_PUBLIC_URL"]
    return f"{public_url}/messages/ses?company={office.company.company_id}&sender=ses"


async def _account(office: Office) -> dict[str, str]:
    """A sender at Amazon SES; its credentials."""
    company_id = office.company.company_id
    fields = await office.simulator.add_ses_account(identities=[DESK], event_url=_address(office))
    sender = Sender(
        id="ses", channel=Channel("email"), provider=Provider("ses"), address=DESK, rate_per_second=10.0
    )
    async with stack_runtime(office.stack) as runtime:
        await runtime.stores.senders.save(company_id, sender.id, sender)
        await runtime.secrets.add(company_id, sender.id, fields, datetime.now(UTC))
    return fields


async def _forged(office: Office, topic_arn: str, host: str) -> int:
    """What is answered to a bounce that somebody else signed, whose certificate would be at `host`."""
    signing_key, _ = new_certificate(time.time())
    path = f"/SimpleNotificationService-{'0' * 32}.pem"
    topic = {"topic_arn": topic_arn, "certificate_path": path, "signing_key": signing_key}
    bounced = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "ann@patients.example"}]}
    event = {"eventType": "Bounce", "mail": {"messageId": "m"}, "bounce": bounced}
    post = notification(topic, host, time.time(), Type="Notification", Message=json.dumps(event))
    headers = {"x-amz-sns-message-type": "Notification"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(_address(office), data=json.dumps(post), headers=headers) as response,
    ):
        return response.status


async def _messages(office: Office) -> dict[str, dict[str, Any]]:
    return {one["address"]: one for one in (await office.api.get("/messages"))["items"]}


async def test_mails_go_out_by_amazon_and_what_becomes_of_them_is_told(office: Office) -> None:
    fields = await _account(office)
    key_id, topic_arn = fields["access_key_id"], fields["topic_arn"]
    assert await _forged(office, topic_arn, "http://127.0.0.1:9") == 403  # no host of Amazon's
    assert await _forged(office, topic_arn, office.simulator.address) == 503  # it has no such certificate
    assert await office.simulator.subscribe_ses(key_id)
    checked = await office.api.get("/senders/ses/check")
    assert checked["problem"] is None
    assert "50,000 mails in 24 hours" in checked["remarks"][0]
    body = {"name": "Mail", "channel": "email", "subject": "Hello", "body": "Hello {{ name }}."}
    template = await office.api.post("/templates", body)
    step = {"channel": "email", "template_id": template["id"], "sender_id": "ses", "address_field": "email"}
    rows = ["Ann,+12125550123,ann@patients.example", "Bob,+12125550124,returned@patients.example"]
    draft = await campaign(office, rows, steps=[step], reply_options=[])
    await office.api.post(f"/campaigns/{draft['id']}/ready")
    fire = await office.api.post(f"/campaigns/{draft['id']}/fire")
    report = await settled(office, fire["id"])
    assert report["ledger"]["sent"] == 2
    found = await wait_while_moving(
        "what became of both",
        lambda: _messages(office),
        lambda seen: {one["delivery"] for one in seen.values()} == {"delivered", "undelivered"},
    )
    sent = {mail["handset"]: mail for mail in await office.simulator.messages(account=key_id)}
    ann, bob = found["ann@patients.example"], found["returned@patients.example"]
    assert ann["provider_id"] == sent["ann@patients.example"]["provider_id"]
    assert (ann["delivery"], bob["delivery"]) == ("delivered", "undelivered")
    refused = await wait_while_moving(
        "the bounce", lambda: office.api.get("/opt-outs"), lambda seen: len(seen["items"]) == 1
    )
    assert (refused["items"][0]["address"], refused["items"][0]["source"]) == (bob["address"], "bounce")
