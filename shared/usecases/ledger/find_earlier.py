"""Find what other fires sent, or may have sent, that is the same as what is planned."""

from collections.abc import Collection, Iterable, Sequence

from shared.domain.campaigns.content import CampaignContent
from shared.domain.fires.earlier import EarlierMessage, counting, earlier_of
from shared.domain.messages.message import Message
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.record import replace
from shared.firestore.queries.messages import MESSAGES_OF_IDENTITY
from shared.runtime import Runtime


async def find_earlier(
    runtime: Runtime,
    company_id: str,
    content: CampaignContent,
    fire_id: str,
    identities: Collection[str],
) -> dict[str, EarlierMessage]:
    """The same messages of other fires that count in the campaign's scope, by identity."""
    if not content.campaign.scope.is_wide or not identities:
        return {}
    found = await runtime.stores.messages.among(company_id, MESSAGES_OF_IDENTITY, identities)
    return await earlier_among(runtime, company_id, content, fire_id, found)


async def earlier_among(
    runtime: Runtime, company_id: str, content: CampaignContent, fire_id: str, found: Iterable[Message]
) -> dict[str, EarlierMessage]:
    """Those of the messages, found by identity, that count for this fire, with their campaigns' names."""
    campaign, found = content.campaign, await _as_asked(runtime, company_id, list(found))
    chosen = counting(found, fire_id, campaign.id, campaign.scope, runtime.now())
    campaign_ids = {message.campaign_id for message in chosen.values()}
    campaigns = await runtime.stores.campaigns.find_many(company_id, campaign_ids) if campaign_ids else {}
    return earlier_of(chosen, campaigns)


async def _as_asked(runtime: Runtime, company_id: str, found: Sequence[Message]) -> list[Message]:
    """The messages, and those that asked for the ones that were asked together with others."""
    members = [one for one in found if one.reason == SkipReason.ASKED_TOGETHER and one.duplicate_of]
    if not members:
        return list(found)
    leads = await runtime.stores.messages.find_many(company_id, {one.duplicate_of or "" for one in members})
    asked = [(leads.get(one.duplicate_of or ""), one.identity) for one in members]
    return [*found, *(replace(lead, identity=identity) for lead, identity in asked if lead is not None)]
