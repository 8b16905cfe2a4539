"""Plan a company's broadcast, the first of a series, or change the one that is planned."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from shared.domain.campaigns.audience import PeopleAudience
from shared.domain.campaigns.broadcast import Broadcast, campaign_of, check_planned, of_broadcast, placed
from shared.domain.companies.company import Company
from shared.domain.errors import InvalidInput, Problem
from shared.domain.place import check_time_zone
from shared.domain.record import replace
from shared.domain.senders.run_limits import (
    FASTEST_PER_SECOND,
    LONGEST_SECONDS,
    MOST_MESSAGES,
    SLOWEST_PER_SECOND,
)
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.campaigns.save_campaign import create_campaign

_WHEN = frozenset({"at", "time_zone"})


async def create_broadcast(runtime: Runtime, company_id: str, broadcast: Broadcast) -> Broadcast:
    """Store the first broadcast of a series; with the same id again, nothing changes. Raises InvalidInput."""
    company = await runtime.stores.companies.get(company_id)
    planned = await _checked(runtime, company, broadcast)
    _check_is_to_come(planned, runtime.now())
    if await runtime.stores.broadcasts.add(company_id, planned.id, planned):
        return planned
    return await runtime.stores.broadcasts.get(company_id, planned.id)


async def edit_broadcast(
    runtime: Runtime, company_id: str, broadcast_id: str, changes: Mapping[str, Any]
) -> Broadcast:
    """Change the fields in `changes` of a planned broadcast; the later ones of its series follow it.

    Raises NotFound, InvalidInput, and Conflict when it is made already.
    """
    stores = runtime.stores
    company = await stores.companies.get(company_id)
    read = await stores.broadcasts.get(company_id, broadcast_id)
    check_planned(read)
    planned = await _checked(runtime, company, replace(read, **changes))
    if not changes.keys().isdisjoint(_WHEN):  # one that is late may be changed in all else
        _check_is_to_come(planned, runtime.now())

    async def edit(transaction: Transaction) -> Broadcast:
        current = await stores.broadcasts.get(company_id, broadcast_id, transaction)
        check_planned(current)
        asked = replace(current, **changes, updated_at=runtime.now(), refusal="")
        edited = placed(asked, company)
        stores.broadcasts.put(transaction, company_id, broadcast_id, edited)
        return edited

    return await transact(stores.db, edit)


def _check_is_to_come(broadcast: Broadcast, now: datetime) -> None:
    if broadcast.run_at <= now:
        raise InvalidInput.at("at", "lies in the past: write a time to come")


async def _checked(runtime: Runtime, company: Company, broadcast: Broadcast) -> Broadcast:
    """The broadcast with its addresses in their one form. Raises InvalidInput."""
    if problems := list(_problems(broadcast)):
        raise InvalidInput(*problems)
    try:
        wanted = campaign_of(broadcast, runtime.now())
        campaign = await create_campaign(runtime, company.id, wanted, is_tried=True)
    except InvalidInput as invalid:
        raise of_broadcast(invalid) from invalid
    if not isinstance(campaign.audience, PeopleAudience):
        raise TypeError("a broadcast's campaign is for people")
    return placed(replace(broadcast, audience=campaign.audience), company)


def _problems(broadcast: Broadcast) -> Iterator[Problem]:
    """What is wrong with what a campaign has not."""
    runs = broadcast.runs
    if not 1 <= runs.size <= MOST_MESSAGES:
        yield Problem(field="runs.size", reason=f"is 1 to {MOST_MESSAGES} messages")
    if not 1 <= runs.seconds <= LONGEST_SECONDS:
        yield Problem(field="runs.seconds", reason=f"is 1 to {LONGEST_SECONDS:.0f} seconds")
    if not SLOWEST_PER_SECOND <= runs.per_second <= FASTEST_PER_SECOND:
        reason = f"is {SLOWEST_PER_SECOND} to {FASTEST_PER_SECOND:,.0f} messages a second"
        yield Problem(field="runs.per_second", reason=reason)
    if broadcast.time_zone is not None:
        yield from check_time_zone("time_zone", broadcast.time_zone)
