"""Notifications of Amazon SNS: proof that Amazon sent them, and the subscription they begin with.

The certificate comes from Amazon's own host and no other, is of sns.amazonaws.com, and has not ended.
https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
"""

import base64
import json
import re
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.x509.oid import NameOID

from shared.providers.kit import http
from shared.providers.kit.signature import BadSignature
from shared.providers.ses.credentials import SesCredentials

MAX_AGE = timedelta(hours=26)  # what is tried again, for a day; a repeated event changes nothing
MAX_AHEAD = timedelta(minutes=10)
NOTIFICATION, SUBSCRIPTION = "Notification", "SubscriptionConfirmation"
UNSUBSCRIPTION = "UnsubscribeConfirmation"  # somebody ended it at Amazon: proved, and says nothing of mails
COMMON_NAME = "sns.amazonaws.com"
_ABOUT_ITSELF = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_SIGNED = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    SUBSCRIPTION: _ABOUT_ITSELF,
    UNSUBSCRIPTION: _ABOUT_ITSELF,
}
_HASHES: Mapping[object, type[HashAlgorithm]] = {"1": SHA1, "2": SHA256}  # by SignatureVersion
_HOST = re.compile(r"sns\.[a-z0-9-]+\.amazonaws\.com")
_CERTIFICATE_PATH = re.compile(r"/SimpleNotificationService-[0-9a-f]{16,64}\.pem")
_KEPT = 16
_LONGEST_CERTIFICATE = 20_000
_certificates: OrderedDict[str, x509.Certificate] = OrderedDict()


def read_notification(body: bytes) -> dict[str, Any]:
    """What was posted. Raises BadSignature for what can be none."""
    try:
        found = json.loads(body)
    except ValueError as error:
        raise BadSignature("the body is not JSON") from error
    if not isinstance(found, dict) or found.get("Type") not in _SIGNED:
        raise BadSignature("the body is no notification")
    return found


async def learn_certificate(body: bytes, base_url: str, timeout_seconds: float) -> None:
    """Fetch the certificate that a notification names, from its host alone. Nothing else is believed yet.

    Raises BadSignature for another host or path, and ConnectionError when it cannot be fetched now.
    """
    url = str(read_notification(body).get("SigningCertURL") or "")
    _check_host(url, base_url)
    asked = urlsplit(url)
    if not _CERTIFICATE_PATH.fullmatch(asked.path) or asked.query or asked.fragment:
        raise BadSignature("the certificate has another path than Amazon's")
    if url in _certificates:
        return
    try:
        answer = await http.ask(url, timeout_seconds=timeout_seconds)
        if answer.status != 200 or len(answer.text) > _LONGEST_CERTIFICATE:
            raise ValueError(f"status {answer.status}")
        certificate = x509.load_pem_x509_certificate(answer.text.encode())
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
        raise ConnectionError(f"the certificate could not be fetched ({type(error).__name__})") from error
    _certificates[url] = certificate
    if len(_certificates) > _KEPT:
        _certificates.popitem(last=False)


def verify(body: bytes, credentials: SesCredentials, now: datetime) -> None:
    """Raise BadSignature unless Amazon signed exactly this, lately, for the topic of these credentials."""
    found = read_notification(body)
    if found.get("TopicArn") != credentials.topic_arn:
        raise BadSignature("the notification is of another topic")
    _check_time(str(found.get("Timestamp") or ""), now)
    certificate = _certificates.get(str(found.get("SigningCertURL") or ""))
    if certificate is None:
        raise BadSignature("the certificate is not known")
    _check_certificate(certificate, now)
    key = certificate.public_key()
    hashed = _HASHES.get(str(found.get("SignatureVersion")))
    if not isinstance(key, RSAPublicKey) or hashed is None:
        raise BadSignature("the key or the version of the signature is not one of Amazon's")
    try:
        signature = base64.b64decode(str(found.get("Signature") or ""), validate=True)
        key.verify(signature, signed_text(found).encode(), PKCS1v15(), hashed())
    except (InvalidSignature, ValueError) as error:
        raise BadSignature("the signature does not fit the request") from error


def forget_certificates() -> None:
    """Have all of them fetched anew."""
    _certificates.clear()


def signed_text(found: Mapping[str, Any]) -> str:
    """What the signature is over: names and values, a line each."""
    names = [name for name in _SIGNED[str(found["Type"])] if found.get(name) is not None]
    return "".join(f"{name}\n{found[name]}\n" for name in names)


async def confirm_subscription(body: bytes, base_url: str, timeout_seconds: float) -> None:
    """Say that we want what the topic publishes, once its first notification is verified.

    Raises BadSignature for an address that is not Amazon's, and ConnectionError where it does not answer.
    """
    found = read_notification(body)
    if found["Type"] != SUBSCRIPTION:
        return
    url = str(found.get("SubscribeURL") or "")
    _check_host(url, base_url)
    if parse_qs(urlsplit(url).query).get("Action") != ["ConfirmSubscription"]:
        raise BadSignature("the address does not confirm a subscription")
    try:
        answer = await http.ask(url, timeout_seconds=timeout_seconds)
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise ConnectionError(f"Amazon SNS could not be asked ({type(error).__name__})") from error
    if answer.status != 200:
        raise ConnectionError(f"Amazon SNS answered {answer.status}")


def _check_host(url: str, base_url: str) -> None:
    """Amazon's hosts of SNS alone, without a port; beside a stand-in of SES, that stand-in's."""
    try:
        asked, own = urlsplit(url), urlsplit(base_url)
    except ValueError as error:
        raise BadSignature("the address is none") from error
    if "{region}" in base_url:
        is_pinned = asked.scheme == "https" and _HOST.fullmatch(asked.netloc) is not None
    else:
        is_pinned = (asked.scheme, asked.netloc) == (own.scheme, own.netloc)
    if not is_pinned:
        raise BadSignature("the address is not one of Amazon SNS")


def _check_time(text: str, now: datetime) -> None:
    try:
        at = datetime.fromisoformat(text)
        age = now - at
    except (ValueError, TypeError) as error:
        raise BadSignature("the time stamp is none") from error
    if not -MAX_AHEAD <= age <= MAX_AGE:
        raise BadSignature("the time stamp is too old or in the future")


def _check_certificate(certificate: x509.Certificate, now: datetime) -> None:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if [name.value for name in names] != [COMMON_NAME]:
        raise BadSignature("the certificate is another's")
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise BadSignature("the certificate has ended, or not begun")
