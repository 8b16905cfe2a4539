"""Twilio's channels beside text messages: who is registered, and the 24 hours for words of one's own.

https://www.twilio.com/docs/messaging/channels
"""

import json
import sqlite3
from datetime import timedelta

from aiohttp import web

from infra.local.simulator.store import Store
from infra.local.simulator.twilio_accounts import signed_in
from infra.local.simulator.twilio_address import TEXT_CHANNEL
from infra.local.simulator.twilio_contents import approval_of
from infra.local.simulator.twilio_pages import page_of

WINDOW = timedelta(hours=24)
APPROVED_ON = "whatsapp"
OUTSIDE_WINDOW = 63016  # https://www.twilio.com/docs/api/errors/63016


def window_error(store: Store, message: sqlite3.Row) -> int | None:
    """What keeps a message from being delivered: none of one's own words without a word of the person."""
    channel = message["channel"]
    is_approved = channel == APPROVED_ON and approval_of(store, message["content_sid"]) == "approved"
    if channel == TEXT_CHANNEL or is_approved:
        return None
    known = store.row(
        "SELECT 1 FROM messages WHERE incoming = 1 AND handset = ? AND sender = ? AND created_at > ? "
        "AND id < ?",
        message["handset"],
        message["sender"],
        message["created_at"] - WINDOW.total_seconds(),
        message["id"],
    )
    return None if known is not None else OUTSIDE_WINDOW


def channel_fields(message: sqlite3.Row) -> dict[str, str]:
    """What the webhook of an incoming message has beside a text's own fields.

    https://www.twilio.com/docs/messaging/guides/webhook-request#whatsapp-specific-parameters
    """
    if message["channel"] == TEXT_CHANNEL:
        return {}
    fields = {"MessageType": "text", "ReferralNumMedia": "0"}
    if message["channel"] == "whatsapp":
        number = message["handset"].partition(":")[2]
        fields |= {"ProfileName": f"Person {number[-4:]}", "WaId": number.removeprefix("+")}
    if message["choice"]:
        fields |= {"MessageType": "button", "ButtonText": message["body"], "ButtonPayload": message["choice"]}
    if message["replied_to"]:
        fields |= {
            "OriginalRepliedMessageSid": message["replied_to"],
            "OriginalRepliedMessageSender": message["sender"],
        }
    return fields


def buttons_of(message: sqlite3.Row) -> list[dict[str, str]]:
    """The buttons below an outgoing message: id and title."""
    return list(json.loads(message["buttons"]))


def message_with(store: Store, handset: str, choice: str, replied_to: str) -> tuple[sqlite3.Row, str] | None:
    """The last message to the handset that has this button (or the one named), and what the button says."""
    query = "SELECT * FROM messages WHERE handset = ? AND incoming = 0 ORDER BY id DESC"
    for message in store.rows(query, handset):
        titles = {one["id"]: one["title"] for one in buttons_of(message)}
        if choice in titles and replied_to in ("", message["provider_id"]):
            return message, titles[choice]
    return None


class TwilioChannelsApi:
    """The handlers. At Twilio they are on a host of their own: messaging.twilio.com."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[web.RouteDef]:
        """Every path."""
        return [web.get("/v2/Channels/Senders", self.list_senders)]

    async def list_senders(self, request: web.Request) -> web.StreamResponse:
        """The account's senders on a channel. https://www.twilio.com/docs/whatsapp/api/senders"""
        found = self._store.rows(
            "SELECT numbers.*, coalesce(channel_states.status, 'ONLINE') AS status FROM numbers "
            "LEFT JOIN channel_states USING (number) WHERE account = ? AND number LIKE ? ORDER BY number",
            signed_in(self._store, request),
            f"{request.query.get('Channel', '')}:%",
        )
        return page_of(request, "senders", [_sender(row) for row in found])


def _sender(number: sqlite3.Row) -> dict[str, object]:
    is_online = number["status"] == "ONLINE"
    return {
        "sid": f"XE{number['sid'][2:]}",
        "status": number["status"],
        "sender_id": number["number"],
        "configuration": {"waba_id": "1234567890"},
        "webhook": {"callback_url": number["webhook_url"], "callback_method": "POST"},
        "profile": {"name": "Simulated sender"},
        "properties": {"quality_rating": "HIGH", "messaging_limit": "1K Customers/24hr"},
        "offline_reasons": None if is_online else [{"code": 63020, "message": "The sender is not verified."}],
        "url": f"https://messaging.twilio.com/v2/Channels/Senders/XE{number['sid'][2:]}",
    }
