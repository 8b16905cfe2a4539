"""Proof that Meta posted something, and the question by which it makes sure that an address is ours.

https://developers.facebook.com/docs/graph-api/webhooks/getting-started
"""

import hashlib
import hmac

from shared.domain.messages.webhook import WebhookAnswer, WebhookRequest
from shared.providers.kit.signature import BadSignature, required_header
from shared.providers.meta.credentials import MetaCredentials

SIGNATURE_HEADER = "X-Hub-Signature-256"
_PREFIX = "sha256="
LONGEST_CHALLENGE = 200


def verify(request: WebhookRequest, credentials: MetaCredentials) -> None:
    """Raise BadSignature unless the very bytes were signed with the app's secret."""
    given = required_header(request.headers, SIGNATURE_HEADER)
    expected = _PREFIX + hmac.new(credentials.app_secret.encode(), request.body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise BadSignature("the signature does not fit the body")


def answer_challenge(request: WebhookRequest, credentials: MetaCredentials) -> WebhookAnswer:
    """What Meta asks to be repeated, where it knows our token. Raises BadSignature."""
    asked, challenge = request.query, request.query.get("hub.challenge", "")
    token = asked.get("hub.verify_token", "").encode()
    if not hmac.compare_digest(token, credentials.verify_token.encode()):
        raise BadSignature("the verify token is not this sender's")
    is_plain = challenge.isascii() and challenge.isalnum() and len(challenge) <= LONGEST_CHALLENGE
    if asked.get("hub.mode") != "subscribe" or not is_plain:
        raise BadSignature("it asks for no subscription, or with no plain challenge")
    return WebhookAnswer(status=200, body=challenge, media_type="text/plain")
