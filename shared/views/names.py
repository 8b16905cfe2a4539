"""What people call things, by the ids that records have of them: each kind in one read."""

import asyncio
from collections.abc import Iterable

from msgspec import Struct

from shared.domain.campaigns.audience import Audience, FileRows, ListMembers, PeopleAudience, SegmentMembers
from shared.firestore.queries.lists import CAMPAIGNS
from shared.runtime import Runtime

MOST_CHOICES = 200


class Named(Struct, frozen=True):
    """Something to choose: nothing else of it is read."""

    id: str
    name: str


async def newest_campaigns(runtime: Runtime, company_id: str) -> list[Named]:
    """The newest campaigns to choose from, MOST_CHOICES of them."""
    found = await runtime.stores.campaigns.newest_fields(company_id, CAMPAIGNS, ["name"], limit=MOST_CHOICES)
    return [Named(one["id"], one.get("name", "")) for one in found]


async def campaign_names(runtime: Runtime, company_id: str, ids: Iterable[str | None]) -> dict[str, str]:
    """The campaigns' names, by id; one that is gone has none. What an automation sends has its name."""
    wanted = {one for one in ids if one}
    found = await runtime.stores.campaigns.find_many(company_id, wanted)
    names = {item_id: campaign.name for item_id, campaign in found.items()}
    return names | await automation_names(runtime, company_id, wanted - names.keys())


async def automation_names(runtime: Runtime, company_id: str, ids: Iterable[str]) -> dict[str, str]:
    """The automations' names, by id."""
    found = await runtime.stores.automations.find_many(company_id, set(ids))
    return {item_id: one.name for item_id, one in found.items()}


async def sequence_names(runtime: Runtime, company_id: str, ids: Iterable[str]) -> dict[str, str]:
    """The sequences' names, by id."""
    found = await runtime.stores.sequences.find_many(company_id, set(ids))
    return {item_id: one.name for item_id, one in found.items()}


async def list_names(runtime: Runtime, company_id: str, ids: Iterable[str]) -> dict[str, str]:
    """The names of lists of contacts, by id."""
    found = await runtime.stores.contact_lists.find_many(company_id, set(ids))
    return {item_id: one.name for item_id, one in found.items()}


async def audience_names(runtime: Runtime, company_id: str, audience: Audience) -> dict[str, str]:
    """The names of the lists, segments and files that make the audience, by id; of what is gone, none."""
    stores, chosen = runtime.stores, audience.chosen() if isinstance(audience, PeopleAudience) else ()
    found = await asyncio.gather(
        stores.contact_lists.find_many(
            company_id, {one.list_id for one in chosen if isinstance(one, ListMembers)}
        ),
        stores.segments.find_many(
            company_id, {one.segment_id for one in chosen if isinstance(one, SegmentMembers)}
        ),
        stores.files.find_many(company_id, {one.file_id for one in chosen if isinstance(one, FileRows)}),
    )
    return {item_id: one.name for several in found for item_id, one in several.items()}


async def user_names(runtime: Runtime, company_id: str, ids: Iterable[str | None]) -> dict[str, str]:
    """The users' names, by id."""
    found = await runtime.stores.users.find_many(company_id, {one for one in ids if one})
    return {item_id: user.name for item_id, user in found.items()}


async def sender_addresses(runtime: Runtime, company_id: str, ids: Iterable[str]) -> dict[str, str]:
    """The senders' addresses, by id."""
    found = await runtime.stores.senders.find_many(company_id, set(ids))
    return {item_id: sender.address for item_id, sender in found.items()}


async def template_names(runtime: Runtime, company_id: str, ids: Iterable[str]) -> dict[str, str]:
    """The names of templates, by id."""
    found = await runtime.stores.templates.find_many(company_id, set(ids))
    return {item_id: template.name for item_id, template in found.items()}


async def contact_names(runtime: Runtime, company_id: str, ids: Iterable[str]) -> dict[str, str]:
    """The names of contacts, by id; one without a name, or that is gone, has none."""
    found = await runtime.stores.contact_shards.contacts(company_id, set(ids))
    return {item_id: contact.name for item_id, contact in found.items() if contact.name}
