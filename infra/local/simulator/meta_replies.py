"""What a person writes to a page or Instagram account, or by which link they came there."""

import json
import secrets
from collections.abc import Sequence

from infra.local.simulator.meta_accounts import ACCOUNT_MARK
from infra.local.simulator.store import Statement, Store, insert
from infra.local.simulator.twilio_address import channel_of


def chat_statement(
    store: Store,
    handset: str,
    sender: str,
    body: str,
    *,
    media: Sequence[str] = (),
    choice: str = "",
    replied_to: str = "",
    reference: str = "",
) -> tuple[str, Statement]:
    """The message's id, and what stores it."""
    details = {secrets.token_hex(8): kind for kind in media}
    mid, now = f"m_{secrets.token_urlsafe(24)}", store.now()
    return mid, insert(
        "messages",
        provider_id=mid,
        channel=channel_of(sender),
        account=f"{ACCOUNT_MARK}{sender}",
        handset=handset,
        sender=sender,
        incoming=1,
        body=body,
        status="received",
        choice=choice,
        replied_to=replied_to,
        arguments=json.dumps(details | ({"referral": reference} if reference else {})),
        created_at=now,
        sent_at=now,
    )
