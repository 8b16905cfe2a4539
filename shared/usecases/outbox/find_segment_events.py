"""Find who came into the segments that automations listen to, or left them, by what changed.

A contact is judged as it was before the change, when it was looked at last, and as it is after it.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from msgspec import Struct

from shared.domain.automations.automation import Automation, definition_in
from shared.domain.channels.address_search import address_key
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_changes import ContactChange
from shared.domain.contacts.judge_contact import OptOuts, asks_consent
from shared.domain.contacts.opt_out import OptOut, opt_out_ids
from shared.domain.contacts.past import opt_outs_at
from shared.domain.contacts.segment import Segment
from shared.domain.events.contact_events import contact_events
from shared.domain.events.event import SEGMENTS, Event, EventType
from shared.domain.events.membership import Membership, crossing, seen_at
from shared.domain.record import replace
from shared.firestore.contact_shards import pairs_in
from shared.runtime import Runtime
from shared.views.activity import read_tallies_of
from shared.views.confirmed_lists import ConfirmedLists, confirmed_for
from shared.views.contacts import find_contacts
from shared.views.refusals import Refusals
from shared.views.segments import read_kinds

_JUST_BEFORE = timedelta(microseconds=1)
_OPT_OUTS = (EventType.OPT_OUT_GIVEN, EventType.OPT_OUT_ENDED)


class _Turn(Struct, frozen=True, kw_only=True):
    """What an event changed of a contact: the contact itself, or the opt-out of an address of it."""

    event: Event
    before: Contact | None
    after: Contact
    opt_out: OptOut | None = None

    def seen(self, confirmed: ConfirmedLists) -> "_Turn":
        """The same, where the contact is on lists that ask as far as it had confirmed them."""
        at, before = self.event.at, self.before
        was = confirmed.seen(before, at - _JUST_BEFORE) if before else None
        return replace(self, before=was, after=confirmed.seen(self.after, at))

    def sides(self, opt_outs: OptOuts) -> tuple[OptOuts, OptOuts]:
        """The opt-outs before and after it."""
        if self.opt_out is None:
            return opt_outs, opt_outs
        ids = {key for one in self.after.addresses for key in opt_out_ids(one.channel, one.address)}
        others = {key: opt_outs[key] for key in ids - {self.opt_out.id} if key in opt_outs}
        at = self.event.at
        before, after = (opt_outs_at([self.opt_out], one) for one in (at - _JUST_BEFORE, at))
        return {**others, **before}, {**others, **after}


async def find_segment_events(
    runtime: Runtime,
    company_id: str,
    automations: Sequence[Automation],
    changes: Iterable[ContactChange],
    raised: Sequence[Event],
) -> dict[str, list[Event]]:
    """By the event that changed something of a contact, its coming and going.

    Nothing is read where no automation listens to a segment.
    """
    segments = await heard_segments(runtime, company_id, automations)
    if not segments:
        return {}
    turns = [*_of_changes(changes), *await _of_opt_outs(runtime, company_id, raised)]
    turns += await _of_joins(runtime, company_id, raised)
    if not turns:
        return {}
    contacts = [one for turn in turns for one in (turn.before, turn.after) if one is not None]
    company, kinds = await runtime.stores.companies.get(company_id), await read_kinds(runtime, company_id)
    criteria = [one.criterion for one in segments]
    confirmed = await confirmed_for(runtime, company, criteria, contacts)
    turns = [one.seen(confirmed) for one in turns]
    tallies = await read_tallies_of(runtime, company_id, criteria, contacts, runtime.now())
    memberships = [Membership(one, kinds, company.time_zone, tallies) for one in segments]
    is_needed = any(asks_consent(one.criterion) for one in segments)
    opt_outs = await Refusals(runtime, company_id, is_needed=is_needed).of(contacts)
    told = [event for event in raised if event.type in SEGMENTS]
    return await asyncio.to_thread(_crossings, turns, told, memberships, opt_outs)


async def heard_segments(
    runtime: Runtime, company_id: str, automations: Iterable[Automation]
) -> list[Segment]:
    """The segments that the automations listen to; those that were deleted are left out."""
    ids = {item_id for one in automations for item_id in definition_in(one.live).segment_ids()}
    return list((await runtime.stores.segments.find_many(company_id, ids)).values()) if ids else []


def _of_changes(changes: Iterable[ContactChange]) -> Iterable[_Turn]:
    """The first event of each pair stands for it. Who is deleted leaves nothing that could go on."""
    for change in changes:
        for pair in pairs_in(change):
            if pair.after is not None:
                event = next(contact_events(change.id, change.at, [pair]))
                yield _Turn(event=event, before=pair.before, after=pair.after)


async def _of_joins(runtime: Runtime, company_id: str, raised: Iterable[Event]) -> list[_Turn]:
    """Who confirmed a list that asks: of the contact itself nothing changed."""
    joins = [event for event in raised if event.type is EventType.LIST_JOINED]
    ids = {event.object_id for event in joins}
    found = await runtime.stores.contact_shards.contacts(company_id, ids) if ids else {}
    return [
        _Turn(event=event, before=found[event.object_id], after=found[event.object_id])
        for event in joins
        if event.object_id in found
    ]


async def _of_opt_outs(runtime: Runtime, company_id: str, raised: Iterable[Event]) -> list[_Turn]:
    told = [event for event in raised if event.type in _OPT_OUTS]
    if not told:
        return []
    stored = await runtime.stores.opt_outs.find_many(company_id, {event.object_id for event in told})
    keys = {one.id: address_key(one.channel, one.address) for one in stored.values() if one.address}
    contacts = await find_contacts(runtime, company_id, keys.values())
    return [
        _Turn(event=event, before=contact, after=contact, opt_out=stored[event.object_id])
        for event in told
        for contact in contacts.get(keys.get(event.object_id, ""), ())
    ]


def _crossings(
    turns: Sequence[_Turn],
    told: Sequence[Event],
    memberships: Sequence[Membership],
    opt_outs: Mapping[str, OptOut],
) -> dict[str, list[Event]]:
    """Who came and went. A change and an opt-out that say the same of a contact tell it once."""
    found: dict[str, list[Event]] = {}
    last = {(one.what, one.object_id): one.type for one in sorted(told, key=lambda event: event.at)}
    for turn in sorted(turns, key=lambda one: one.event.at):
        before_opt_outs, after_opt_outs = turn.sides(opt_outs)
        event, contact_id = turn.event, turn.after.id
        for one in memberships:
            since = seen_at(one.segment, turn.before, event.at) if turn.before else event.at
            crossed = crossing(
                one.segment.id,
                contact_id,
                event.id,
                event.at,
                was=one.holds(turn.before, before_opt_outs, since),
                now=one.holds(turn.after, after_opt_outs, event.at),
            )
            if crossed is not None and last.get((one.segment.id, contact_id)) is not crossed.type:
                last[one.segment.id, contact_id] = crossed.type
                found.setdefault(event.id, []).append(crossed)
    return found
