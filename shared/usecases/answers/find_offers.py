"""Find what messages offer to answer: their fires' frozen contents say so."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta

from shared.domain.campaigns.content import CampaignContent
from shared.domain.errors import NotFound
from shared.domain.messages.conversation import Offer
from shared.domain.messages.message import Message
from shared.runtime import Runtime


async def find_offers(runtime: Runtime, company_id: str, messages: Iterable[Message]) -> dict[str, Offer]:
    """What each fire of the messages offers, by fire; nothing of one that is gone, or whose content is."""
    stores = runtime.stores
    offers: dict[str, Offer] = {}
    for fire_id in dict.fromkeys(message.fire_id for message in messages):
        fire = await stores.fires.find(company_id, fire_id)
        if fire is None:
            continue
        with suppress(NotFound):
            content = await stores.campaign_contents.frozen(company_id, fire.campaign_id, fire.content_hash)
            offers[fire_id] = offer_of(content)
    return offers


def offer_of(content: CampaignContent) -> Offer:
    """What the messages of a fire with this frozen content offer."""
    campaign = content.campaign
    return Offer(
        options=campaign.reply_options,
        closes_before=timedelta(minutes=campaign.answers_close_minutes),
        languages={step.id: content.templates[step.template_id].language for step in campaign.steps},
        window=campaign.window,
    )
