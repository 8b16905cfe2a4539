"""Reads and checks the body of SendGrid's mail/send, and makes each recipient's own email of it."""

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from email_validator import EmailNotValidError, validate_email
from msgspec import Struct

PERSONALIZATIONS_LIMIT = 1000
RECIPIENTS_LIMIT = 1000
# fmt: off
RESERVED_HEADERS = frozenset({
    "x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding", "to",
    "from", "subject", "reply-to", "cc", "bcc",
})
# fmt: on
BYTES_LIMIT = 10_000  # of substitutions and of custom arguments, per personalization
HELP = "http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html"


class MailRefused(Exception):
    """The request is wrong; `field` is the path to what is."""

    def __init__(self, message: str, field: str | None) -> None:
        super().__init__(message)
        self.field = field


class Mail(Struct, frozen=True, kw_only=True):
    """One email to one recipient."""

    to_address: str
    from_address: str
    reply_to: str
    subject: str
    text: str
    html: str
    arguments: dict[str, str]
    headers: dict[str, str]
    attachments: tuple[dict[str, Any], ...]


class Shared(Struct, frozen=True, kw_only=True):
    """What all recipients of a request have in common, unless their personalization says otherwise."""

    from_address: str
    reply_to: str
    subject: str
    contents: Mapping[str, str]
    arguments: Mapping[str, str]
    headers: Mapping[str, str]
    attachments: tuple[dict[str, Any], ...]


def read_mails(request: object) -> list[Mail]:
    """One Mail for each recipient of each personalization. Raises MailRefused at the first fault.

    https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send
    """
    if not isinstance(request, dict):
        raise MailRefused("Bad Request", None)
    personalizations = request.get("personalizations")
    if not isinstance(personalizations, list) or not personalizations:
        text = "The personalizations field is required and must have at least one personalization."
        raise MailRefused(text, "personalizations")
    if len(personalizations) > PERSONALIZATIONS_LIMIT:
        text = f"The personalizations field must not have more than {PERSONALIZATIONS_LIMIT} of them."
        raise MailRefused(text, "personalizations")
    shared = Shared(
        from_address=_from_address(request.get("from")),
        reply_to=_reply_to(request.get("reply_to")),
        subject=request.get("subject") or "",
        contents=_contents(request.get("content")),
        arguments=_strings(request.get("custom_args", {}), "custom_args"),
        headers=_headers(request.get("headers", {}), "headers"),
        attachments=tuple(_attachments(request.get("attachments"))),
    )
    mails = [
        mail
        for number, personalization in enumerate(personalizations)
        for mail in _mails(personalization, shared, f"personalizations.{number}")
    ]
    if len(mails) > RECIPIENTS_LIMIT:
        text = f"The total number of recipients must not be more than {RECIPIENTS_LIMIT}."
        raise MailRefused(text, "personalizations")
    return mails


def _mails(personalization: object, shared: Shared, field: str) -> Iterator[Mail]:
    if not isinstance(personalization, dict):
        raise MailRefused("Invalid type. Expected: object.", field)
    substitutions = _strings(personalization.get("substitutions", {}), f"{field}.substitutions")
    arguments = _strings(personalization.get("custom_args", {}), f"{field}.custom_args")
    headers = _headers(personalization.get("headers", {}), f"{field}.headers")
    subject = personalization.get("subject") or shared.subject
    if not isinstance(subject, str) or not subject:
        text = (
            "The subject is required. You can get around this requirement if you use a template with a "
            "subject defined or if every personalization has a subject defined."
        )
        raise MailRefused(text, "subject")
    for address in _recipients(personalization, field):
        yield Mail(
            to_address=address,
            from_address=shared.from_address,
            reply_to=shared.reply_to,
            subject=_substituted(subject, substitutions),
            text=_substituted(shared.contents.get("text/plain", ""), substitutions),
            html=_substituted(shared.contents.get("text/html", ""), substitutions),
            arguments={**shared.arguments, **arguments},
            headers={**shared.headers, **headers},
            attachments=shared.attachments,
        )


def _from_address(sender: object) -> str:
    address = sender.get("email") if isinstance(sender, dict) else None
    if not isinstance(address, str) or not _is_address(address):
        text = (
            "The from object must be provided for every email send. It is an object that requires the email "
            'parameter, but may also contain a name parameter.  e.g. {"email" : "example@example.com"}'
        )
        raise MailRefused(text, "from")
    return address


def _reply_to(reply_to: object) -> str:
    """Where answers go; empty when the request does not say."""
    if reply_to is None:
        return ""
    address = reply_to.get("email") if isinstance(reply_to, dict) else None
    if not isinstance(address, str) or not _is_address(address):
        raise MailRefused("Does not contain a valid address.", "reply_to.email")
    return address


def _contents(content: object) -> dict[str, str]:
    if not isinstance(content, list) or not content:
        text = (
            "Unless a valid template_id is provided, the content parameter is required. "
            "There must be at least one defined content block. We typically suggest both text/plain and "
            "text/html blocks are included, but only one block is required."
        )
        raise MailRefused(text, "content")
    contents: dict[str, str] = {}
    for number, block in enumerate(content):
        if not isinstance(block, dict) or not isinstance(block.get("value"), str) or not block["value"]:
            raise MailRefused(
                "The content value must be a string at least one character in length.",
                f"content.{number}.value",
            )
        contents[str(block.get("type"))] = block["value"]
    if "text/plain" in contents and next(iter(contents)) != "text/plain":
        raise MailRefused("If present, text/plain must be first, followed by text/html.", "content")
    return contents


def _headers(value: object, field: str) -> dict[str, str]:
    """Further headers, but those that SendGrid sets itself."""
    headers = _strings(value, field)
    for name in headers:
        if name.lower() in RESERVED_HEADERS:
            raise MailRefused(f"The header {name} is reserved.", field)
    return headers


def _attachments(value: object) -> Iterator[dict[str, Any]]:
    """What each attachment is: its content is base64."""
    if value is None:
        return
    if not isinstance(value, list):
        raise MailRefused("Invalid type. Expected: array.", "attachments")
    for number, one in enumerate(value):
        try:
            content = base64.b64decode(one["content"], validate=True)
            name, kind = str(one["filename"]), str(one.get("type", ""))
        except (KeyError, TypeError, ValueError):
            text = "The attachment content must be base64 encoded, and it needs a filename."
            raise MailRefused(text, f"attachments.{number}.content") from None
        yield {"filename": name, "type": kind, "size": len(content)}


def _strings(value: object, field: str) -> dict[str, str]:
    """A map of strings within SendGrid's size."""
    if not isinstance(value, dict) or any(not isinstance(item, str) for item in value.values()):
        raise MailRefused("Invalid type. Expected: string.", field)
    if sum(len(f"{key}{item}".encode()) for key, item in value.items()) > BYTES_LIMIT:
        raise MailRefused(f"The {field} must not be more than {BYTES_LIMIT} bytes.", field)
    return value


def _recipients(personalization: Mapping[str, Any], field: str) -> Iterator[str]:
    if not personalization.get("to"):
        text = (
            "The to array is required for all personalization objects, and must have at least one email "
            "object with a valid email address."
        )
        raise MailRefused(text, f"{field}.to")
    seen: set[str] = set()
    for kind in ("to", "cc", "bcc"):
        for number, recipient in enumerate(personalization.get(kind) or []):
            place = f"{field}.{kind}.{number}.email"
            address = recipient.get("email") if isinstance(recipient, dict) else None
            if not isinstance(address, str) or not _is_address(address):
                raise MailRefused("Does not contain a valid address.", place)
            if address.lower() in seen:
                raise MailRefused(
                    "Each email address in the personalization block should be unique between to, cc, and "
                    "bcc. "
                    f"We found the first duplicate instance of [{address}] in the {field}.{kind} field.",
                    field,
                )
            seen.add(address.lower())
            yield address


def _substituted(text: str, substitutions: Mapping[str, str]) -> str:
    for key, value in substitutions.items():
        text = text.replace(key, value)
    return text


def _is_address(text: str) -> bool:
    try:
        validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True
