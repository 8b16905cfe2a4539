"""Why a person did not get a campaign's message: what there is of them, and where they dropped out."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from msgspec import Struct

from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.content import CampaignContent
from shared.domain.errors import NotFound
from shared.domain.fires.explain_message import Circumstances, explain_failure, explain_message
from shared.domain.fires.explanation import Explanation, not_fired, to_come
from shared.domain.fires.fire import Fire
from shared.domain.local_time import clock_words
from shared.domain.messages.failure import FailureState
from shared.domain.messages.message import Message
from shared.firestore.kit.collection import Collection
from shared.firestore.kit.query import ListQuery, Match
from shared.firestore.queries.fires import CAMPAIGN_FIRES
from shared.firestore.queries.lists import FAILURES, MESSAGES
from shared.runtime import Runtime
from shared.usecases.fires.explain_missing import explain_missing
from shared.usecases.fires.explain_planned import Missing
from shared.views.one_person import OnePerson, read_opt_outs

R = TypeVar("R")
Alternatives = tuple[Match, ...]  # any of them will do
MOST_SHOWN = 50  # messages and failures of one person in one fire, of each


class WhyNot(Struct, frozen=True, kw_only=True):
    """What became of a person in a fire of a campaign; without a fire, why there is none.

    `explanations` are one or several: somebody may have several appointments, and a campaign several steps.
    `notes` say what was assumed, and what has changed since. `contact_id` is who has the address.
    """

    campaign_id: str
    campaign_name: str
    fire_id: str | None
    fired_at: datetime | None
    contact_id: str | None
    explanations: tuple[Explanation, ...]
    notes: tuple[str, ...] = ()


async def explain_person(
    runtime: Runtime, company_id: str, person: OnePerson, campaign_id: str, fire_id: str | None = None
) -> WhyNot:
    """What became of a person in a fire of the campaign, or in its newest one. Raises NotFound."""
    campaign = await runtime.stores.campaigns.get(company_id, campaign_id)
    fire = await find_fire(runtime, company_id, campaign, fire_id)
    if fire is None:
        company = await runtime.stores.companies.get(company_id)
        next_at = clock_words(campaign.next_fire_at, company.time_zone) if campaign.next_fire_at else ""
        found = Missing([not_fired(campaign.state, campaign.fire_refusal, next_at)])
    else:
        told = await _told(runtime, company_id, person, fire)
        found = Missing(told) if told else await explain_missing(runtime, company_id, person, fire)
        found = Missing([*found.explanations, *to_come(fire)] if told else found.explanations, found.notes)
    return WhyNot(
        campaign_id=campaign.id,
        campaign_name=campaign.name,
        fire_id=fire.id if fire else None,
        fired_at=fire.fired_at if fire else None,
        contact_id=person.contact.id if person.contact else None,
        explanations=tuple(found.explanations),
        notes=(*found.notes, *_notes(person)),
    )


async def find_fire(
    runtime: Runtime, company_id: str, campaign: Campaign, fire_id: str | None
) -> Fire | None:
    """The fire that is asked for, or the newest. Raises NotFound for one of another campaign."""
    fires = runtime.stores.fires
    if fire_id is None:
        newest = await fires.some(company_id, CAMPAIGN_FIRES, campaign.id, limit=1)
        return newest[0] if newest else None
    fire = await fires.get(company_id, fire_id)
    if fire.campaign_id != campaign.id:
        raise NotFound("fire of this campaign", fire_id)
    return fire


async def _told(runtime: Runtime, company_id: str, person: OnePerson, fire: Fire) -> list[Explanation]:
    """What the fire's messages and failures tell of the person, the newest first."""
    stores = runtime.stores
    sent, failed = await asyncio.gather(
        _of_fire(stores.messages, company_id, MESSAGES, fire, person.message_matches()),
        _of_fire(stores.failures, company_id, FAILURES, fire, person.failure_matches()),
    )
    messages = [one for one in sent if person.is_theirs(one.contact_id)]
    failures = [one for one in failed if person.is_theirs(one.contact_id) and one.state is FailureState.OPEN]
    by_id = {one.id: one for one in messages}  # what matches in two ways comes twice
    alone = {one.id: one for one in failures if one.message_id not in by_id}
    told = [explain_failure(one) for one in alone.values()]
    if by_id:
        around = await _around(runtime, company_id, person, fire, list(by_id.values()))
        told = [*(explain_message(one, around) for one in by_id.values()), *told]
    return told


async def _of_fire(
    collection: Collection[R], company_id: str, query: ListQuery, fire: Fire, several: Iterable[Alternatives]
) -> list[R]:
    """What the fire has that one of these matches, the newest first: all asked for at once."""
    ours = (Match("fire_id", fire.id),)
    parts = await asyncio.gather(
        *(
            collection.newest(company_id, query, limit=MOST_SHOWN, matches=(ours, matches))
            for matches in several
        )
    )
    found = (one for part in parts for one in part)
    return sorted(found, key=lambda one: getattr(one, query.newest), reverse=True)


async def _around(
    runtime: Runtime, company_id: str, person: OnePerson, fire: Fire, messages: Sequence[Message]
) -> Circumstances:
    stores = runtime.stores
    content: CampaignContent | None = None
    with suppress(NotFound):  # of an old campaign it may be gone
        content = await stores.campaign_contents.frozen(company_id, fire.campaign_id, fire.content_hash)
    return Circumstances(
        company=await stores.companies.get(company_id),
        fire=fire,
        senders=await stores.senders.find_many(company_id, {one.sender_id for one in messages}),
        opt_outs=await read_opt_outs(runtime, company_id, person),
        hold=await stores.system.find_hold(),
        topic=content.campaign.topic if content else "",
        content=content,
        now=runtime.now(),
    )


def _notes(person: OnePerson) -> Iterator[str]:
    if person.sharing:
        names = ", ".join(person.sharing)
        yield f"Several contacts have this address: {names}. Ask for one of them, not for the address."
    if person.others:
        names = ", ".join(one.name or one.id for one in person.others)
        yield f"An address is shared with {names}: what was for them is not told here."
