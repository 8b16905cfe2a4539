"""What happened to a person, in words: one line for each entry of their timeline."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from functions.portal.kit.wording import words
from shared.domain.contacts.contact_changes import Author, ChangedBy, ContactEvent, EventKind
from shared.domain.messages.failure import Failure
from shared.domain.messages.message import Message
from shared.domain.messages.reply import Reply
from shared.domain.messages.skipping import skip_words
from shared.domain.replies.asked import ReplyMeaning
from shared.views.contact_changes import ChangeOfContact
from shared.views.timeline_entries import ConsentChange, TimelineEntry

_HAPPENED = {
    EventKind.CREATED: "came in",
    EventKind.DELETED: "was deleted",
    EventKind.TAG_ATTACHED: "got the tag “{}”",
    EventKind.TAG_REMOVED: "lost the tag “{}”",
    EventKind.LIST_JOINED: "came onto a list",
    EventKind.LIST_LEFT: "left a list",
    EventKind.SUBSCRIBED: "agreed at {address}",
    EventKind.ADDRESS_ADDED: "has the address {address}",
    EventKind.ADDRESS_REMOVED: "has no more the address {address}",
    EventKind.FIELD_CHANGED: "{} was changed",
}


class Told(Struct, frozen=True, kw_only=True):
    """One entry: `badge` is a state, `title` one line, `text` what was written, `link` where more stands."""

    at: datetime
    badge: str
    title: str
    text: str = ""
    reason: str = ""
    link: str = ""
    is_by_address: bool = False


def told(entry: TimelineEntry, campaigns: Mapping[str, str], users: Mapping[str, str]) -> Told:
    """The entry in words. `campaigns` and `users` are names by their ids."""
    match entry.record:
        case Message() as message:
            return _message(entry, message, campaigns)
        case Failure() as failure:
            return _failure(entry, failure, campaigns)
        case Reply() as reply:
            return _reply(entry, reply)
        case ConsentChange() as consent:
            return _consent(entry, consent)
        case ChangeOfContact() as change:
            return _change(entry, change, users)


def _message(entry: TimelineEntry, message: Message, campaigns: Mapping[str, str]) -> Told:
    about = campaigns.get(message.campaign_id, "An answer")
    return Told(
        at=entry.at,
        badge=message.delivery or message.state,
        title=f"{about}: {message.channel.record.noun} to {message.address or 'a forgotten address'}",
        text=message.body,
        reason=skip_words(message) or message.delivery_reason or message.reason or "",
        link=f"/fires/{message.fire_id}" if message.campaign_id in campaigns else "",
        is_by_address=entry.is_by_address,
    )


def _failure(entry: TimelineEntry, failure: Failure, campaigns: Mapping[str, str]) -> Told:
    about = campaigns.get(failure.campaign_id or "", "A row of a file")
    link = f"/fires/{failure.fire_id}/failures/{failure.id}" if failure.fire_id else ""
    return Told(
        at=entry.at,
        badge="failed",
        title=f"{about}: no message could be made",
        reason=failure.reason,
        link=link,
        is_by_address=entry.is_by_address,
    )


def _reply(entry: TimelineEntry, reply: Reply) -> Told:
    return Told(
        at=entry.at,
        badge="waits" if reply.waits else reply.disposition or reply.meaning,
        title=f"Wrote back from {reply.address or 'a forgotten address'}",
        text=reply.body or "(no text)",
        reason=" ".join(filter(None, (_taken_as(reply), reply.note))),
        link=f"/inbox/{reply.id}",
        is_by_address=entry.is_by_address,
    )


def _taken_as(reply: Reply) -> str:
    """How a reply that still waits was read, where it was."""
    taken = reply.disposition or (reply.meaning if reply.meaning is not ReplyMeaning.UNCLEAR else "")
    return f"Taken as: {words(taken)}." if reply.waits and taken else ""


def _consent(entry: TimelineEntry, consent: ConsentChange) -> Told:
    change = consent.change
    what = "refused" if change.is_active else "may be written to again"
    return Told(
        at=entry.at,
        badge="opt_out" if change.is_active else "subscribed",
        title=f"{consent.address} {what} ({words(change.source)})",
        text=change.text,
        is_by_address=entry.is_by_address,
    )


def _change(entry: TimelineEntry, change: ChangeOfContact, users: Mapping[str, str]) -> Told:
    happened = [_event(one) for one in change.events]
    text = "; ".join(happened) or "was changed"
    return Told(
        at=entry.at,
        badge=entry.kind,
        title=f"{text[:1].upper()}{text[1:]}",
        reason=f"by {author_words(change.author, users)}",
    )


def _event(event: ContactEvent) -> str:
    return _HAPPENED[event.kind].format(words(event.what), address=event.address)


def author_words(author: Author, users: Mapping[str, str]) -> str:
    """Who it was, as people say it."""
    if author.kind is ChangedBy.USER:
        return users.get(author.id, "a user who is gone")
    named = {
        ChangedBy.API_KEY: "an API key",
        ChangedBy.IMPORT: "an import",
        ChangedBy.REPLY: "a reply",
        ChangedBy.AUTOMATION: "an automation",
    }
    return named.get(author.kind, "Rollcall")
