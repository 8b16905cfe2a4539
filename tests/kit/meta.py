"""A page and an Instagram account for the clinic, and what Meta posts of them, signed."""

import hashlib
import hmac
import json
from typing import Any
from uuid import uuid4

from multidict import CIMultiDict

from infra.local.simulator.client import MetaAccount
from shared.domain.messages.webhook import WebhookAnswer, WebhookRequest
from shared.usecases.answers.receive_webhook import find_listener, receive_webhook
from tests.kit.builders import a_page_sender, a_template, an_instagram_sender
from tests.kit.clinic import Clinic
from tests.kit.receipts import record_waiting

PAGE, INSTAGRAM = a_page_sender(), an_instagram_sender()
SENDERS = {sender.id: sender for sender in (PAGE, INSTAGRAM)}


def person(last: int = 1) -> str:
    """Somebody's page-scoped id, which ends in these four digits."""
    return f"555123456789{last:04}"


async def add_meta(clinic: Clinic, *, app_secret: str = "") -> dict[str, MetaAccount]:
    """Give the clinic a page and an Instagram account, of one app, with a template for each."""
    accounts: dict[str, MetaAccount] = {}
    for sender in SENDERS.values():
        made = await clinic.simulator.add_meta_account(
            f"{sender.channel}:{sender.address}", app_secret=app_secret or "a" * 32
        )
        await clinic.set_credentials(sender.id, made.fields)
        await clinic.stores.senders.save(clinic.company_id, sender.id, sender)
        template = a_template(id="page" if sender is PAGE else "insta", channel=sender.channel)
        await clinic.stores.templates.save(clinic.company_id, template.id, template)
        accounts[sender.id] = made
    return accounts


async def meta_posts(
    clinic: Clinic, *events: dict[str, Any], sender_id: str = "pages", by: str = "", **more: Any
) -> WebhookAnswer:
    """Events of a sender's account, signed with its app's secret, posted to the address of `by`."""
    sender, by = SENDERS[sender_id], by or sender_id
    entries = [{"id": sender.address, "time": 1, "messaging": list(events)}, *more.get("entries", ())]
    body = json.dumps({"object": "page", "entry": entries}).encode()
    secret = (await clinic.credentials(sender_id))["app_secret"]
    signature = f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"
    headers = CIMultiDict({"X-Hub-Signature-256": signature})
    request = WebhookRequest(
        url=f"{clinic.runtime.settings.public_url}/messages/meta",
        query={"company": clinic.company_id, "sender": by},
        headers=headers,
        body=body,
        received_at=clinic.runtime.now(),
    )
    listener = await find_listener(clinic.runtime, clinic.company_id, by, "meta", headers)
    return await receive_webhook(clinic.runtime, clinic.company_id, listener, request)


def event(clinic: Clinic, who: str, sender_id: str = "pages", **told: Any) -> dict[str, Any]:
    """Something that a person did, now."""
    return {
        "sender": {"id": who},
        "recipient": {"id": SENDERS[sender_id].address},
        "timestamp": int(clinic.runtime.now().timestamp() * 1000),
        **told,
    }


async def writes(
    clinic: Clinic, who: str, text: str = "Hello", *, sender_id: str = "pages", **more: Any
) -> None:
    """A person writes to the page, or to the Instagram account; the simulator knows of it as well."""
    sender = SENDERS[sender_id]
    handset, own = f"{sender.channel}:{who}", f"{sender.channel}:{sender.address}"
    await clinic.simulator.reply(handset, text or "(opened by a link)", sender=own)
    told = {"mid": f"m_{uuid4().hex}", "text": text, **more} if text else None
    await meta_posts(
        clinic,
        event(clinic, who, sender_id, **({"message": told} if told else more)),
        sender_id=sender_id,
    )


async def told(clinic: Clinic, who: str, sender_id: str = "pages", **what: Any) -> None:
    """A receipt of a person's, recorded."""
    await meta_posts(clinic, event(clinic, who, sender_id, **what), sender_id=sender_id)
    await record_waiting(clinic.runtime, clinic.company_id)
