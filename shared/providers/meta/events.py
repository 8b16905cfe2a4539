"""What Meta's webhooks tell: entries of several accounts, each with events of several people.

https://developers.facebook.com/docs/messenger-platform/reference/webhook-events
https://developers.facebook.com/docs/instagram-platform/webhooks/examples
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from shared.domain.errors import InvalidInput
from shared.domain.ids import computed_id
from shared.domain.messages.sending import IncomingMessage, Media, Receipt, ReceiptKind, Unsent
from shared.providers.kit.record import News
from shared.providers.meta.payload import choice_in, message_in

MAX_MEDIA, MAX_URL, MAX_TEXT = 10, 2_000, 20_000
Event = Mapping[str, Any]


def read_events(body: bytes) -> dict[str, list[News]]:
    """What is told of each account, by its id. What is no message, such as a comment, is left out.

    Raises InvalidInput when it is no post of Meta's at all.
    """
    try:
        entries = json.loads(body)["entry"]
        told: dict[str, list[News]] = {}
        for entry in entries:
            # Of what stands in `standby` another app leads the conversation: STOP counts there as well.
            events = [*entry.get("messaging", ()), *entry.get("standby", ())]
            told.setdefault(str(entry["id"]), []).extend(one for event in events for one in _read(event))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InvalidInput.at("body", "must hold entries of accounts") from error
    return {account: news for account, news in told.items() if news}


def _read(event: Event) -> Iterator[News]:
    message = event.get("message")
    if isinstance(message, Mapping):
        yield from _message(event, message)
    elif isinstance(postback := event.get("postback"), Mapping):
        yield _postback(event, postback)
    elif isinstance(edited := event.get("message_edit"), Mapping):
        yield _edited(event, edited)
    elif isinstance(reaction := event.get("reaction"), Mapping):
        yield from _reaction(event, reaction)
    elif isinstance(event.get("delivery"), Mapping):
        yield from _receipts(event, event["delivery"], ReceiptKind.DELIVERED)
    elif isinstance(event.get("read"), Mapping):
        yield from _receipts(event, event["read"], ReceiptKind.READ)
    elif reference := _reference(event):
        yield _incoming(
            event, computed_id("referral", _person(event), str(event.get("timestamp")), reference), ""
        )


def _message(event: Event, message: Event) -> Iterator[News]:
    mid = str(message["mid"])
    if message.get("is_echo"):
        yield from _echo(event, message, mid)
    elif message.get("is_deleted"):
        yield Unsent(provider_id=mid)
    else:
        payload = (message.get("quick_reply") or {}).get("payload")
        replied_to = (message.get("reply_to") or {}).get("mid")
        yield _incoming(event, mid, str(message.get("text") or ""), message, payload, replied_to)


def _echo(event: Event, message: Event, mid: str) -> Iterator[Receipt]:
    """Ours proves that Meta has it, whatever became of the answer to our call; others are none of ours."""
    message_id = message_in(str(message.get("metadata") or ""))
    if message_id:
        yield Receipt(
            message_id=message_id,
            kind=ReceiptKind.SENT,
            event_id=computed_id(mid, ReceiptKind.SENT),
            provider_id=mid,
            address=str(event["recipient"]["id"]),
            sent_at=_moment(event.get("timestamp")),
        )


def _postback(event: Event, postback: Event) -> IncomingMessage:
    """A button that is no quick reply.

    "Get started" is one, which has to be pressed before a first word: with the link by which somebody came it
    says nothing else.
    """
    payload, mid = str(postback.get("payload") or ""), postback.get("mid")
    title = "" if _reference(postback) else str(postback.get("title") or "")
    known = computed_id("postback", _person(event), str(event.get("timestamp")), payload)
    return _incoming(event, str(mid or known), title, postback, payload)


def _edited(event: Event, edited: Event) -> IncomingMessage:
    """What somebody now says in place of what they wrote: a further word, which may contradict the first."""
    mid, count = str(edited["mid"]), edited.get("num_edit")
    return _incoming(event, computed_id(mid, "edit", str(count)), str(edited.get("text") or ""))


def _reaction(event: Event, reaction: Event) -> Iterator[IncomingMessage]:
    """A mark at a message. One that is taken back says nothing."""
    if reaction.get("action") != "react":
        return
    mark = str(reaction.get("emoji") or reaction.get("reaction") or "")
    mid = str(reaction["mid"])
    yield IncomingMessage(
        provider_id=computed_id(mid, "reaction", _person(event), str(event.get("timestamp")), mark),
        from_address=_person(event),
        to_address=str(event["recipient"]["id"]),
        body=mark,
        replies_to=mid,
        written_at=_moment(event.get("timestamp")),
        is_reaction=True,
    )


def _receipts(event: Event, told: Event, kind: ReceiptKind) -> Iterator[Receipt]:
    """By the messages' own ids where they are named, else all that were sent until a moment."""
    mids = told.get("mids") or ([told["mid"]] if told.get("mid") else [])
    for mid in map(str, mids):
        yield Receipt(
            message_id="", kind=kind, event_id=computed_id(mid, kind), provider_id=mid, address=_person(event)
        )
    until = _moment(told.get("watermark"))
    if not mids and until is not None:
        yield Receipt(
            message_id="",
            kind=kind,
            event_id=computed_id(_person(event), kind, until.isoformat()),
            address=_person(event),
            until=until,
        )


def _incoming(
    event: Event,
    provider_id: str,
    text: str,
    content: Event | None = None,
    payload: Any = None,
    replies_to: Any = None,
) -> IncomingMessage:
    answers_id, choice = choice_in(str(payload)) if payload else (None, None)
    return IncomingMessage(
        provider_id=provider_id,
        from_address=_person(event),
        to_address=str(event["recipient"]["id"]),
        body=text[:MAX_TEXT],
        media=tuple(_media((content or {}).get("attachments") or ())),
        replies_to=str(replies_to) if replies_to else None,
        choice=choice,
        answers_id=answers_id,
        written_at=_moment(event.get("timestamp")),
        reference=_reference(content or {}) or _reference(event),
    )


def _media(attachments: Sequence[Event]) -> Iterator[Media]:
    """Where Meta keeps what came beside the text. Nothing is fetched."""
    for one in attachments[:MAX_MEDIA]:
        url = str((one.get("payload") or {}).get("url") or "")
        if len(url) <= MAX_URL and url.startswith("https://"):
            yield Media(url=url, content_type=str(one.get("type") or ""))


def _reference(content: Event) -> str | None:
    """What stood in the link by which the person came (m.me/…?ref=, ig.me/m/…?ref=)."""
    referral = content.get("referral")
    found = referral.get("ref") if isinstance(referral, Mapping) else None
    return str(found) if found else None


def _person(event: Event) -> str:
    return str(event["sender"]["id"])


def _moment(milliseconds: Any) -> datetime | None:
    """Unix time in milliseconds."""
    try:
        return datetime.fromtimestamp(float(milliseconds) / 1000, UTC)
    except (OverflowError, OSError, TypeError, ValueError):
        return None
