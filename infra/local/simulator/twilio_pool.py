"""Which number a text goes out from: the one asked for, or one of a messaging service's pool.

https://www.twilio.com/docs/messaging/services
"""

import sqlite3
from collections.abc import Mapping

from infra.local.simulator.store import Store
from infra.local.simulator.twilio_address import TEXT_CHANNEL, channel_of
from infra.local.simulator.twilio_refusal import NO_CHANNEL, TwilioRefusal


def number_for(store: Store, account: str, form: Mapping[str, str]) -> str:
    """The number that a new text goes out from. Raises TwilioRefusal when there is none."""
    asked, sid = form.get("From", ""), form.get("MessagingServiceSid", "")
    if not asked and not sid:
        raise TwilioRefusal(400, 21603, "A 'From' phone number is required.")
    if asked:
        return _owned(store, account, asked)
    service = store.row("SELECT * FROM services WHERE sid = ? AND account = ?", sid, account)
    if service is None:
        raise TwilioRefusal(400, 21705, f"The Messaging Service Sid {sid} is invalid.")
    pool = [one for one in pool_of(store, sid) if channel_of(one) == channel_of(form["To"])]
    if not pool:
        raise TwilioRefusal(400, 21704, "The Messaging Service contains no phone numbers")
    return _chosen(store, service, pool, form["To"])


def pool_of(store: Store, service: str) -> list[str]:
    """The numbers of a service."""
    found = store.rows("SELECT number FROM pool_numbers WHERE service = ? ORDER BY rowid", service)
    return [str(row["number"]) for row in found]


def service_of(store: Store, number: str) -> sqlite3.Row | None:
    """The service in whose pool the number is, if any."""
    return store.row(
        "SELECT services.* FROM services JOIN pool_numbers ON service = sid WHERE number = ?", number
    )


def opt_out_key(store: Store, number: str) -> str:
    """What STOP to this number ends: what comes from its whole service, or from the number alone."""
    service = service_of(store, number)
    return str(service["sid"]) if service else number


def _owned(store: Store, account: str, number: str) -> str:
    if store.row("SELECT 1 FROM numbers WHERE account = ? AND number = ?", account, number) is None:
        if channel_of(number) != TEXT_CHANNEL:
            raise NO_CHANNEL
        text = (
            f"The 'From' phone number provided ({number}) is not a valid message-capable Twilio phone "
            "number for this destination/account"
        )
        raise TwilioRefusal(400, 21606, text)
    return number


def _chosen(store: Store, service: sqlite3.Row, pool: list[str], handset: str) -> str:
    """With a sticky sender the one that the person knows, or one by the person's; else each in its turn."""
    if not service["sticky"]:
        sent = store.rows("SELECT 1 FROM messages WHERE request_id = ? AND incoming = 0", service["sid"])
        return pool[len(sent) % len(pool)]
    query = "SELECT sender FROM messages WHERE handset = ? AND request_id = ? ORDER BY id DESC LIMIT 1"
    known = store.row(query, handset, service["sid"])
    if known is not None and known["sender"] in pool:
        return str(known["sender"])
    return pool[int(handset[-4:]) % len(pool)]
