"""What Amazon SES tells of mails, published to a topic of SNS and signed as SNS signs.

https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-examples.html
"""

import base64
import json
import sqlite3
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from infra.local.simulator.outcomes import Outcome

BITS = 2048
LIFE = timedelta(days=365)


def new_certificate(at: float, *, name: str = "sns.amazonaws.com") -> tuple[str, str]:
    """A private key and a certificate for it, both as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begins = datetime.fromtimestamp(at, UTC) - LIFE
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + 2 * LIFE)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode()


def ses_events(message: sqlite3.Row, outcome: Outcome, at: float) -> Iterator[dict[str, Any]]:
    """All events of the mail in their natural order."""
    when = _time(at)
    mail = {
        "messageId": message["provider_id"],
        "timestamp": when,
        "source": message["sender"],
        "destination": [message["handset"]],
        "tags": json.loads(message["arguments"]),
    }
    if outcome.event == "dropped":
        bounce = _bounce(message, when, "Permanent", "OnAccountSuppressionList", outcome.reason)
        yield {"eventType": "Bounce", "mail": mail, "bounce": bounce}
        return
    yield {"eventType": "Send", "mail": mail, "send": {}}
    if outcome.event == "deferred":
        delayed = [{"emailAddress": message["handset"], "diagnosticCode": outcome.reason}]
        yield {
            "eventType": "DeliveryDelay",
            "mail": mail,
            "deliveryDelay": {"timestamp": when, "delayedRecipients": delayed},
        }
    if outcome.event in ("bounce", "blocked"):
        kind = "Permanent" if outcome.event == "bounce" else "Transient"
        bounce = _bounce(message, when, kind, "General", outcome.reason)
        yield {"eventType": "Bounce", "mail": mail, "bounce": bounce}
        return
    yield {"eventType": "Delivery", "mail": mail, "delivery": {"timestamp": when}}
    if outcome.event == "returned":
        bounce = _bounce(message, when, "Permanent", "General", outcome.reason)
        yield {"eventType": "Bounce", "mail": mail, "bounce": bounce}
    if outcome.event == "spamreport":
        complained = [{"emailAddress": message["handset"]}]
        yield {
            "eventType": "Complaint",
            "mail": mail,
            "complaint": {"timestamp": when, "complainedRecipients": complained},
        }


def _bounce(message: sqlite3.Row, when: str, kind: str, sub: str, said: str) -> dict[str, Any]:
    bounced = [{"emailAddress": message["handset"], "diagnosticCode": f"smtp; {said}"}]
    return {"bounceType": kind, "bounceSubType": sub, "bouncedRecipients": bounced, "timestamp": when}


def notification(
    account: Mapping[str, Any], base_url: str, at: float, version: str = "2", **fields: str
) -> dict[str, str]:
    """A post of SNS, signed as `version` of its signatures says.

    `fields` are Type, Message and, of a subscription, Token and SubscribeURL.
    """
    post = {
        "MessageId": str(uuid4()),
        "TopicArn": account["topic_arn"],
        "Timestamp": _time(at),
        "SignatureVersion": version,
        "SigningCertURL": f"{base_url}{account['certificate_path']}",
        **fields,
    }
    names = [name for name in sorted(post) if name not in ("SignatureVersion", "SigningCertURL")]
    text = "".join(f"{name}\n{post[name]}\n" for name in names)
    key = serialization.load_pem_private_key(account["signing_key"].encode(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)  # noqa: S101  # new_certificate makes no other
    hashed = hashes.SHA256() if version == "2" else hashes.SHA1()  # noqa: S303  # as Amazon's version 1 is
    signature = key.sign(text.encode(), padding.PKCS1v15(), hashed)
    return {**post, "Signature": base64.b64encode(signature).decode()}


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
