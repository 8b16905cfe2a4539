"""The signature of a mail that is posted to us: by Standard Webhooks, over the very bytes of the mail.

Not by the library of that name, which is for texts: a mail is in any charset.
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

from shared.providers.kit.signature import BadSignature, required_header

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
# Who posts may try again for days, as mail servers do. An old one does no harm: it changes nothing.
MAX_AGE = timedelta(days=6)
MAX_AHEAD = timedelta(minutes=10)
_PREFIX, _VERSION = "whsec_", "v1,"
_BYTES = range(24, 65)


def is_secret(text: str) -> bool:
    """Whether this is a secret as Standard Webhooks has them."""
    try:
        return len(_key(text)) in _BYTES
    except ValueError:
        return False


def signed(secret: str, item_id: str, timestamp: str, body: bytes) -> str:
    """The value of the signature's header."""
    content = f"{item_id}.{timestamp}.".encode() + body
    digest = hmac.new(_key(secret), content, hashlib.sha256).digest()
    return _VERSION + base64.b64encode(digest).decode()


def verify(body: bytes, headers: Mapping[str, str], secret: str, now: datetime) -> None:
    """Raise BadSignature unless the body was signed with the secret, and lately."""
    if not secret:
        raise BadSignature("the sender's credentials have no inbound_secret")
    item_id, timestamp, given = (required_header(headers, name) for name in (ID, TIMESTAMP, SIGNATURE))
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) == 10):
        raise BadSignature("the time stamp is not ten digits")
    age = timedelta(seconds=now.timestamp() - int(timestamp))
    if not -MAX_AHEAD <= age <= MAX_AGE:
        raise BadSignature("the time stamp is too old or in the future")
    wanted = signed(secret, item_id, timestamp, body).encode()
    if not any(hmac.compare_digest(one.encode(), wanted) for one in given.split()):
        raise BadSignature("the signature does not fit the mail")


def _key(secret: str) -> bytes:
    if not secret.startswith(_PREFIX):
        raise ValueError("a secret begins with whsec_")
    return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
