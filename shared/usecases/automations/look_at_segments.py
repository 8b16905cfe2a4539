"""Look who came into segments, or left them, as a day began: criteria such as "in the next three days".

It is looked every hour, as a day begins at another time in each time zone. How far it was looked is kept with
the segment, in the transaction that raises the events: each is raised once.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from shared.domain.automations.automation import Automation
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.judge_contact import OptOuts, asks_consent
from shared.domain.contacts.segment import Segment
from shared.domain.events.event import Event
from shared.domain.events.membership import Membership, crossing, goes_with_days, seen_at
from shared.domain.record import replace
from shared.firestore.contact_shards import contacts_in
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.outbox.find_segment_events import heard_segments
from shared.usecases.outbox.open_outbox import open_outbox
from shared.views.activity import read_tallies
from shared.views.confirmed_lists import confirmed_for
from shared.views.refusals import Refusals
from shared.views.segments import read_kinds

LATEST = timedelta(days=2)  # a look that comes later than that begins anew


async def look_at_segments(runtime: Runtime, company_id: str, automation: Automation) -> None:
    """Raise who came and went since the last look. The first one only notes when it was."""
    now = runtime.now()
    segments = await heard_segments(runtime, company_id, [automation])
    known = [one for one in segments if one.looked_at is not None and one.looked_at >= now - LATEST]
    due = [one for one in known if goes_with_days(one.criterion)]
    crossed = await _crossed(runtime, company_id, due, now) if due else {}
    for segment in segments:
        await _keep(runtime, company_id, segment, crossed.get(segment.id, []), now)


async def _crossed(
    runtime: Runtime, company_id: str, segments: Sequence[Segment], now: datetime
) -> dict[str, list[Event]]:
    """By segment, the events; contacts are read a shard at a time."""
    company, kinds = await runtime.stores.companies.get(company_id), await read_kinds(runtime, company_id)
    criteria = [one.criterion for one in segments]
    tallies = await read_tallies(runtime, company_id, criteria, now)
    memberships = [Membership(one, kinds, company.time_zone, tallies) for one in segments]
    is_needed = any(asks_consent(one.criterion) for one in segments)
    refusals = Refusals(runtime, company_id, is_needed=is_needed)
    found: dict[str, list[Event]] = {one.id: [] for one in segments}
    async for shard in runtime.stores.contact_shards.scan(company_id):
        contacts = await asyncio.to_thread(contacts_in, shard)
        turned = [one for one in contacts if _had_midnight(one, segments, company.time_zone, now)]
        if not turned:
            continue
        opt_outs = await refusals.of(turned)
        confirmed = await confirmed_for(runtime, company, criteria, turned)
        turned = [confirmed.seen(one, now) for one in turned]
        for one in memberships:
            found[one.segment.id] += await asyncio.to_thread(_events, one, turned, opt_outs, now)
    return found


def _had_midnight(contact: Contact, segments: Sequence[Segment], time_zone: str, now: datetime) -> bool:
    """Whether a day began for the contact since it was looked at; one that changed since is not looked at."""
    if contact.changed_at > now:
        return False
    zone = ZoneInfo(contact.time_zone or time_zone)
    first = min(seen_at(one, contact, now) for one in segments)
    return first.astimezone(zone).date() != now.astimezone(zone).date()


def _events(
    membership: Membership, contacts: Sequence[Contact], opt_outs: OptOuts, now: datetime
) -> list[Event]:
    segment, found = membership.segment, []
    for contact in contacts:
        since = seen_at(segment, contact, now)
        crossed = crossing(
            segment.id,
            contact.id,
            now.isoformat(),
            now,
            was=membership.holds(contact, opt_outs, since),
            now=membership.holds(contact, opt_outs, now),
        )
        found += [crossed] if crossed is not None else []
    return found


async def _keep(
    runtime: Runtime, company_id: str, segment: Segment, events: Sequence[Event], now: datetime
) -> None:
    """Raise the events and keep the time, unless another look did, or the segment was edited meanwhile."""
    segments, outbox = runtime.stores.segments, await open_outbox(runtime, company_id)

    async def keep(transaction: Transaction) -> None:
        current = await segments.find(company_id, segment.id, transaction)
        if current != segment:
            return
        outbox.put(transaction, events)
        segments.put_changed(transaction, company_id, segment.id, current, replace(current, looked_at=now))

    await transact(runtime.stores.db, keep)
    await outbox.announce()
