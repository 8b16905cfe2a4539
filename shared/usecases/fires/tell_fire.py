"""Tell a company what it may not expect of a fire: nobody to send to, or files that were left out."""

from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.schedule import ScheduleKind
from shared.domain.fires.fire import Fire
from shared.domain.fires.notice import Notice, empty_notice, left_out_notice
from shared.firestore.kit.transactions import Transaction
from shared.runtime import Runtime


async def tell_fire(
    runtime: Runtime,
    company_id: str,
    transaction: Transaction,
    campaign: Campaign,
    fire: Fire,
    since: Fire | None,
) -> list[Notice]:
    """The notices about a fire that starts, to be stored by the transaction that starts it.

    What was told before is not told again, and stays read. `since` is the campaign's last fire that had a
    file.
    """
    notices = runtime.stores.notices
    told = []
    if fire.empty_because is not None:
        told.append(empty_notice(campaign, fire, since.id if since else None))
    if fire.left_out and campaign.schedule.kind is not ScheduleKind.ON_DEMAND:  # who fires reads the answer
        told.append(left_out_notice(campaign, fire))
    stored = await notices.find_many(company_id, [notice.id for notice in told], transaction)
    return [notice for notice in told if notice.id not in stored]
