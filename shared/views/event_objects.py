"""What events are about, in the shape in which the API shows it. A test holds the two to the same.

Objects are read when an event is told, not kept with it: what was forgotten meanwhile is told to nobody.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from shared.domain.channels.channel import as_text
from shared.domain.contacts.opt_out import opt_out_ids
from shared.domain.contacts.standing import standing_of
from shared.domain.events.event import Event
from shared.domain.fires.waiting import Wait
from shared.domain.messages.skipping import skip_words
from shared.runtime import Runtime
from shared.views.message_waits import with_waits
from shared.views.opt_outs import provider_note

# The fields of the API's answers that the records have by the same names.
MESSAGE = (
    *("id", "fire_id", "campaign_id", "step_id", "file_id", "row_number", "sender_id", "channel", "address"),
    *(
        "subject",
        "body",
        "html",
        "media_urls",
        "state",
        "reason",
        "code",
        "delivery",
        "delivery_code",
        "delivery_reason",
    ),
    *("disposition", "provider_id", "duplicate_of", "resend_of", "searched_at", "settled_by", "withdrawn_by"),
    "followed",
    *("planned_for", "not_after", "created_at", "sent_at"),
)
REPLY = (
    *("id", "sender_id", "channel", "address", "body", "received_at", "meaning", "message_id", "fire_id"),
    *("campaign_id", "disposition", "candidates", "note", "media", "consent", "contradicts_earlier", "waits"),
    *("settled_by", "settled_at", "answers", "flags", "may_also_mean", "choice"),
)
OPT_OUT = (
    *("id", "channel", "address", "is_active", "source", "text", "code", "message_id", "changed_by"),
    *("changed_at", "earlier", "topic", "sender_id"),
)
CONTACT = (
    *("id", "name", "key", "language", "time_zone", "tags", "list_ids", "fields", "version"),
    *("created_at", "changed_at"),
)
ADDRESS = ("channel", "address", "is_preferred")

Shown = dict[str, dict[str, Any]]


async def show_objects(runtime: Runtime, company_id: str, events: Sequence[Event]) -> Shown:
    """By id, what events of one type are about, as it is now; not what is gone."""
    show = _BY_NOUN.get(events[0].type.noun)
    ids = sorted({event.object_id for event in events})
    return {} if show is None else await show(runtime, company_id, ids)


async def _contacts(runtime: Runtime, company_id: str, ids: Iterable[str]) -> Shown:
    stores = runtime.stores
    found = await stores.contact_shards.contacts(company_id, ids)
    addresses = [address for one in found.values() for address in one.addresses]
    refusals = {item_id for one in addresses for item_id in opt_out_ids(one.channel, one.address)}
    opt_outs = await stores.opt_outs.find_many(company_id, refusals)

    def address(one: Any) -> dict[str, Any]:
        standing = standing_of(one, opt_outs)
        return _shape(
            one,
            ADDRESS,
            consent=standing.consent,
            consent_source=standing.source,
            consent_note=standing.note,
            consent_at=standing.at,
            state=standing.state,
            opt_out_id=standing.opt_out_id,
        )

    return {
        one.id: _shape(one, CONTACT, addresses=list(map(address, one.addresses))) for one in found.values()
    }


async def _messages(runtime: Runtime, company_id: str, ids: Iterable[str]) -> Shown:
    found = await runtime.stores.messages.find_many(company_id, ids)
    shown = await with_waits(runtime, company_id, list(found.values()))
    return {
        one.id: _shape(one, MESSAGE, explanation=skip_words(one), waits=_wait(one.waits)) for one in shown
    }


def _wait(wait: Wait | None) -> dict[str, Any] | None:
    return {"kind": wait.kind, "until": wait.until, "words": wait.words} if wait is not None else None


async def _replies(runtime: Runtime, company_id: str, ids: Iterable[str]) -> Shown:
    found = await runtime.stores.replies.find_many(company_id, ids)
    return {one.id: _shape(one, REPLY) for one in found.values()}


async def _opt_outs(runtime: Runtime, company_id: str, ids: Iterable[str]) -> Shown:
    found = await runtime.stores.opt_outs.find_many(company_id, ids)
    return {one.id: _shape(one, OPT_OUT, provider_note=provider_note(one)) for one in found.values()}


_BY_NOUN: Mapping[str, Callable[[Runtime, str, Iterable[str]], Awaitable[Shown]]] = {
    "contact": _contacts,
    "message": _messages,
    "reply": _replies,
    "opt_out": _opt_outs,
}


def _shape(record: object, names: Sequence[str], **beside: object) -> dict[str, Any]:
    """These fields of the record, and others, as JSON has them."""
    fields = {name: getattr(record, name) for name in names} | beside
    shape: dict[str, Any] = msgspec.to_builtins(fields, enc_hook=as_text)
    return shape
