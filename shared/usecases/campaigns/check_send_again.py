"""Check a choice of rows that are to be sent again."""

from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.send_again import SendAgain
from shared.domain.errors import Problem
from shared.runtime import Runtime


async def check_send_again(
    runtime: Runtime, company_id: str, campaign: Campaign, again: SendAgain
) -> list[Problem]:
    """What is wrong with the choice: rows of files that are not of the campaign's source."""
    wanted = {row.file_id for row in again.rows}
    files = await runtime.stores.files.find_many(company_id, wanted) if wanted else {}
    known = {file.id for file in files.values() if file.source_id == campaign.audience.source_id}
    return [
        Problem(field=f"send_again.rows[{index}].file_id", reason="there is no such file of this source")
        for index, row in enumerate(again.rows)
        if row.file_id not in known
    ]
