"""Fire a campaign now, on demand."""

from shared.domain.campaigns.audience import DueAudience, FoundAudience, left_out_words
from shared.domain.campaigns.campaign import Campaign, CampaignState
from shared.domain.campaigns.send_again import EVERYBODY_AGAIN, NOBODY_AGAIN, SendAgain
from shared.domain.errors import Conflict, InvalidInput
from shared.domain.fires.fire import EMPTY_WORDS, EmptyBecause, Fire
from shared.domain.ids import random_id
from shared.domain.record import replace
from shared.runtime import Runtime
from shared.usecases.campaigns.check_send_again import check_send_again
from shared.usecases.campaigns.find_audience import find_audience, find_newest, fires_for
from shared.usecases.fires.start_fire import start_fire_for

FIRED_ALREADY = (
    "This campaign was fired for this file already; everybody would get the same message again. "
    "Fire with repeat set to true if that is meant."
)


async def fire_campaign(
    runtime: Runtime,
    company_id: str,
    campaign_id: str,
    *,
    repeat: bool = False,
    send_again: SendAgain = NOBODY_AGAIN,
) -> Fire:
    """Start the campaign now. The same file and content fire once unless `repeat` says otherwise.

    `repeat` sends to everybody again, `send_again` to those it names. Raises Conflict when the campaign is
    not ready, is firing, was fired for this file before, or when there is no file or no row to fire it for.
    """
    campaign = await runtime.stores.campaigns.get(company_id, campaign_id)
    if campaign.state is CampaignState.FIRING:
        raise Conflict("The campaign is firing already.")
    if campaign.content_hash is None:
        raise Conflict(f"A campaign that is {campaign.state} cannot be fired: mark it ready first.")
    if problems := await check_send_again(runtime, company_id, campaign, send_again):
        raise InvalidInput(*problems)
    if campaign.is_for_people:
        chosen = EVERYBODY_AGAIN if repeat else send_again
        slot, due = f"demand {random_id()}", DueAudience(audience=FoundAudience())
        return await start_fire_for(runtime, company_id, campaign, slot, runtime.now(), due, chosen)
    due = await find_audience(runtime, company_id, campaign)
    if not due.audience.parts:  # all was fired
        due = replace(due, audience=await find_newest(runtime, company_id, campaign))
    _check(due)
    chosen = EVERYBODY_AGAIN if repeat else send_again
    if repeat:
        slot = f"demand {random_id()}"
    else:
        slot = f"demand {due.audience.key} {campaign.content_hash} {chosen.key}".rstrip()
        await _check_is_new(runtime, company_id, campaign, due.audience, chosen)
    return await start_fire_for(runtime, company_id, campaign, slot, runtime.now(), due, chosen)


def _check(due: DueAudience) -> None:
    """Raise Conflict when there is nobody to send to."""
    if due.audience.recipient_count:
        return
    empty = EmptyBecause.NO_ROWS if due.audience.parts else EmptyBecause.NO_FILE
    said = (EMPTY_WORDS[empty], left_out_words(due.left_out), "Upload a file, then fire again.")
    raise Conflict(" ".join(text for text in said if text))


async def _check_is_new(
    runtime: Runtime, company_id: str, campaign: Campaign, audience: FoundAudience, chosen: SendAgain
) -> None:
    """Raise Conflict when everybody would get it again: fired before, and not for another choice alone."""
    fires = await fires_for(runtime, company_id, campaign, audience)
    before = [fire.send_again for fire in fires if fire.content_hash == campaign.content_hash]
    if before and (chosen in before or not chosen or not campaign.scope.is_wide):
        raise Conflict(FIRED_ALREADY)
