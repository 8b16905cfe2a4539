"""Who asks Twilio: the account whose token signs the request in."""

import base64
import binascii

from aiohttp import web

from infra.local.simulator.store import Store
from infra.local.simulator.twilio_refusal import AUTHENTICATE


def signed_in(store: Store, request: web.Request) -> str:
    """The account of the path, or else of the credentials, when they are its own. Raises TwilioRefusal.

    Requests may be signed in with the secondary token too; webhooks are signed with the primary alone.
    """
    kind, _, encoded = request.headers.get("Authorization", "").partition(" ")
    try:
        given = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise AUTHENTICATE from None
    sid = request.match_info.get("account") or given.partition(":")[0]
    account = store.row("SELECT token FROM accounts WHERE sid = ?", sid)
    secondary = store.row("SELECT token FROM secondary_tokens WHERE sid = ?", sid)
    taken = [f"{sid}:{row['token']}" for row in (account, secondary) if row is not None and row["token"]]
    if kind.lower() != "basic" or account is None or given not in taken:
        raise AUTHENTICATE
    return sid


def is_suspended(store: Store, account: str) -> bool:
    """Whether the account may not send now."""
    return store.row("SELECT 1 FROM suspended_accounts WHERE sid = ?", account) is not None
