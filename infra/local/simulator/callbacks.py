"""Posts webhooks to the application, signed as Twilio, SendGrid, Meta and Amazon sign them."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import aiohttp
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from twilio.request_validator import RequestValidator

RETRY_SECONDS = (0.2, 1.0, 3.0, 10.0)
ANSWER_SECONDS = 15  # Twilio's limit
AT_ONCE = 50

UNREACHABLE = 0


class Webhooks:
    """Posts to the application, a few at once; what it does not take is tried again a few times."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._now = clock  # Unix seconds
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS))
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def post_form(self, url: str, fields: Mapping[str, str], *, token: str) -> int:
        """A Twilio webhook. The last status the application gave, UNREACHABLE when it gave none.

        https://www.twilio.com/docs/usage/security#validating-requests
        """
        url, body, headers = _signed_form(url, fields, token)
        return await self._post(url, body, headers)

    async def ask_form(self, url: str, fields: Mapping[str, str], *, token: str) -> tuple[int, str]:
        """A Twilio webhook whose answer counts: its status, UNREACHABLE when there is none, and its text.

        Somebody waits on the phone, so it is tried again at once, and only once.
        """
        url, body, headers = _signed_form(url, fields, token)
        answer = await self._ask_once(url, body, headers)
        return answer if 200 <= answer[0] < 300 else await self._ask_once(url, body, headers)

    async def post_events(self, url: str, events: Sequence[Mapping[str, Any]], *, signing_key: str) -> int:
        """SendGrid's event webhook. The last status the application gave, UNREACHABLE when it gave none.

        https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
        """
        body = json.dumps(events).encode()
        timestamp = str(int(self._now()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "X-Twilio-Email-Event-Webhook-Signature": sign(signing_key, timestamp.encode() + body),
            "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
            "User-Agent": "SendGrid Event API",
        }
        return await self._post(url, body, headers)

    async def post_mail(self, url: str, form: bytes, content_type: str, *, signing_key: str) -> int:
        """SendGrid's Inbound Parse. The last status the application gave, UNREACHABLE when it gave none.

        https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/securing-your-parse-webhooks
        """
        timestamp = str(int(self._now()))
        headers = {
            "Content-Type": content_type,
            "X-Twilio-Email-Event-Webhook-Signature": sign(signing_key, timestamp.encode() + form),
            "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
            "User-Agent": "Sendlib/1.0",
        }
        return await self._post(url, form, headers)

    async def post_notification(self, url: str, post: Mapping[str, str]) -> int:
        """A post of Amazon SNS. The last status the application gave, UNREACHABLE when it gave none.

        https://docs.aws.amazon.com/sns/latest/dg/sns-http-https-endpoint-as-subscriber.html
        """
        headers = {
            "Content-Type": "text/plain; charset=UTF-8",
            "x-amz-sns-message-type": post["Type"],
            "x-amz-sns-topic-arn": post["TopicArn"],
            "User-Agent": "Amazon Simple Notification Service Agent",
        }
        return await self._post(url, json.dumps(post).encode(), headers)

    async def post_hub(self, url: str, post: Mapping[str, Any], *, app_secret: str) -> int:
        """Meta's webhook. The last status the application gave, UNREACHABLE when it gave none.

        https://developers.facebook.com/docs/messenger-platform/webhooks#validate-payloads
        """
        body = json.dumps(post).encode()  # other than ASCII is escaped, as Meta does
        signature = hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "X-Hub-Signature-256": f"sha256={signature}",
            "User-Agent": "facebookexternalua",
        }
        return await self._post(url, body, headers)

    async def ask(self, url: str, params: Mapping[str, str]) -> tuple[int, str]:
        """A GET to the application: its status, UNREACHABLE when there is none, and its text."""
        try:
            async with self._slots, self._http.get(url, params=params) as response:
                return response.status, await response.text(errors="replace")
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return UNREACHABLE, ""

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        status = await self._post_once(url, body, headers)
        for seconds in RETRY_SECONDS:
            if 200 <= status < 300:
                break
            await asyncio.sleep(seconds)
            status = await self._post_once(url, body, headers)
        return status

    async def _post_once(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        return (await self._ask_once(url, body, headers))[0]

    async def _ask_once(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
        try:
            async with self._slots, self._http.post(url, data=body, headers=headers) as response:
                return response.status, await response.text(errors="replace")
        except (aiohttp.ClientError, TimeoutError, ValueError):  # ValueError: what is no URL at all
            return UNREACHABLE, ""


def _signed_form(url: str, fields: Mapping[str, str], token: str) -> tuple[str, bytes, Mapping[str, str]]:
    """Address, body and headers of a form as Twilio signs it."""
    # What follows a # sets retries and time-outs at Twilio; it is neither sent nor signed.
    url = url.partition("#")[0]
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "X-Twilio-Signature": RequestValidator(token).compute_signature(url, fields),
        "User-Agent": "TwilioProxy/1.1",
    }
    return url, urlencode(fields).encode(), headers


def new_signing_key() -> str:
    """A fresh private key as PEM, as SendGrid makes one when signing is switched on."""
    return (
        ec.generate_private_key(ec.SECP256R1())
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        .decode()
    )


def verification_key(signing_key: str) -> str:
    """What SendGrid shows as the verification key: the public half, base64 of DER."""
    der = (
        _private(signing_key)
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return base64.b64encode(der).decode()


def sign(signing_key: str, payload: bytes) -> str:
    """ECDSA over SHA-256, base64 of DER."""
    return base64.b64encode(_private(signing_key).sign(payload, ec.ECDSA(hashes.SHA256()))).decode()


def _private(signing_key: str) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(signing_key.encode(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101  # new_signing_key makes no other
    return key
