"""What Twilio posts to us: proof that it was Twilio, and what it says."""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from multidict import MultiDict
from twilio.request_validator import SIGNATURE_HEADER, RequestValidator

from shared.domain.errors import InvalidInput, Problem
from shared.domain.ids import computed_id
from shared.domain.messages.sending import IncomingMessage, Media, Receipt, ReceiptKind
from shared.providers.kit.signature import BadSignature, required_header
from shared.providers.twilio import codes
from shared.providers.twilio.credentials import TwilioCredentials

Form = Sequence[tuple[str, str]]

FORM_TYPE = "application/x-www-form-urlencoded"
MAX_FIELDS = 1000
# By default Twilio tries a callback again once, and only when it could not connect. Fragments are no part of
# the signed URL. https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
STATUS_URL_OVERRIDES = "#rc=5&rp=all"

# https://www.twilio.com/docs/messaging/api/message-resource#message-status-values
KINDS: dict[str, ReceiptKind] = {
    "accepted": ReceiptKind.SENDING,
    "scheduled": ReceiptKind.SENDING,
    "queued": ReceiptKind.SENDING,
    "sending": ReceiptKind.SENDING,
    "sent": ReceiptKind.SENT,
    "delivered": ReceiptKind.DELIVERED,
    "undelivered": ReceiptKind.UNDELIVERED,
    "failed": ReceiptKind.FAILED,
    "canceled": ReceiptKind.FAILED,
    "read": ReceiptKind.READ,
}


_NOT_DELIVERED = (ReceiptKind.UNDELIVERED, ReceiptKind.FAILED)
MAX_MEDIA = 10  # https://www.twilio.com/docs/messaging/guides/webhook-request
MAX_URL, MAX_KIND = 2_000, 100


def read_form(body: bytes) -> Form:
    """The pairs of a form body, empty values too, as the signature covers them.

    Raises BadSignature when it is no form: then nobody can have signed it as one.
    """
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise BadSignature("the body is not a form") from error


def verify(
    url: str, form: Form, headers: Mapping[str, str], content_type: str, auth_tokens: Sequence[str]
) -> None:
    """Raise BadSignature unless Twilio signed exactly this with one of `auth_tokens` (current and next).

    `url` is the public address from our settings with the path and query as received, never one rebuilt
    from request headers. Only forms are taken: all message webhooks are forms, and for other bodies the
    validator checks no more than the URL.
    https://www.twilio.com/docs/usage/webhooks/webhooks-security
    """
    if content_type.partition(";")[0].strip().lower() != FORM_TYPE:
        raise BadSignature(f"content type is not {FORM_TYPE}")
    signature = required_header(headers, SIGNATURE_HEADER)
    tokens = [token for token in auth_tokens if token.strip()]  # an empty secret would let anyone sign
    # Twilio leaves the fragment with our retry settings out of what it signs; stand-ins may not.
    urls = (url, url + STATUS_URL_OVERRIDES)
    pairs = MultiDict(form)
    if not any(RequestValidator(token).validate(u, pairs, signature) for token in tokens for u in urls):
        raise BadSignature("the signature does not fit the request")


def check_account(form: Form, credentials: TwilioCredentials) -> None:
    """Raise BadSignature unless the request is about the account whose token it was checked with."""
    if MultiDict(form).get("AccountSid") != credentials.account_sid:
        raise BadSignature("the account is not this sender's")


def parse_status(form: Form, message_id: str) -> Receipt:
    """A status callback as a receipt for `message_id` (ours, out of the callback's path).

    Raises InvalidInput when it lacks its sid or status.
    """
    fields = MultiDict(form)
    require(fields, "MessageSid", "MessageStatus")
    sid, status = fields["MessageSid"], fields["MessageStatus"]
    code = fields.get("ErrorCode") or None
    return Receipt(
        message_id=message_id,
        kind=KINDS.get(status, ReceiptKind.UNKNOWN),
        event_id=computed_id(sid, status),
        provider_id=sid,
        code=code,
        reason=_reason(status, code),
        address=fields.get("To"),
        lesson=codes.LESSONS.get(code or "") if KINDS.get(status) in _NOT_DELIVERED else None,
    )


def parse_incoming(form: Form) -> IncomingMessage:
    """A message somebody sent to one of our numbers. Raises InvalidInput when sid, From or To is missing.

    OptOutType is there when Twilio itself took the message as STOP, START or HELP, and answered it: with
    Advanced Opt-Out alone, its default handling does not say so. OriginalRepliedMessageSid where
    somebody answered one message of WhatsApp, ButtonPayload and ButtonText where that was by a button.
    https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
    """
    fields = MultiDict(form)
    require(fields, "MessageSid", "From", "To")
    opt_out_type = fields.get("OptOutType", "").upper()
    return IncomingMessage(
        provider_id=fields["MessageSid"],
        from_address=fields["From"],
        to_address=fields["To"],
        body=fields.get("Body", "") or fields.get("ButtonText", ""),
        is_opt_out=opt_out_type == "STOP",
        is_opt_in=opt_out_type == "START",
        is_help=opt_out_type == "HELP",
        media=_media(fields),
        pool_address=fields.get("MessagingServiceSid") or None,
        replies_to=fields.get("OriginalRepliedMessageSid") or None,
        choice=fields.get("ButtonPayload") or None,
    )


def _media(fields: MultiDict[str]) -> tuple[Media, ...]:
    """The pictures beside the text: where Twilio keeps them. Nothing is fetched."""
    found = ((fields.get(f"MediaUrl{n}"), fields.get(f"MediaContentType{n}", "")) for n in range(MAX_MEDIA))
    return tuple(Media(url=url, content_type=kind[:MAX_KIND]) for url, kind in found if url and _is_web(url))


def _is_web(url: str) -> bool:
    return len(url) <= MAX_URL and url.startswith(("https://", "http://"))


def _reason(status: str, code: str | None) -> str | None:
    if status == "canceled":
        return "The message was canceled at Twilio."
    return codes.delivery_reason(code) if code else None


def require(fields: MultiDict[str], *names: str) -> None:
    """Raise InvalidInput unless the form has all of them."""
    missing = [name for name in names if not fields.get(name)]
    if missing:
        raise InvalidInput(*(Problem(field=name, reason="is missing from the form") for name in missing))
