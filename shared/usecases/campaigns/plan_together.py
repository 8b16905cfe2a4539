"""Plan a whole audience at once, where rows of one address are asked in one message wherever they stand."""

from collections.abc import Sequence

from shared.domain.campaigns.audience import FoundAudience, Piece
from shared.domain.campaigns.content import CampaignContent
from shared.domain.fires.asking_together import ask_together, asked_beside_others
from shared.domain.fires.planning import Plan, Planner
from shared.domain.fires.recipient import Recipient
from shared.runtime import Runtime
from shared.usecases.campaigns.find_withdrawn import find_withdrawn
from shared.usecases.campaigns.read_recipients import read_recipients
from shared.usecases.ledger.find_earlier import find_earlier

# Each piece is planned with all others in mind, so all are read for each. Of a longer audience only rows of
# one piece are put together.
MOST_PIECES = 40


async def plan_together(
    runtime: Runtime,
    company_id: str,
    content: CampaignContent,
    fire_id: str,
    planner: Planner,
    audience: FoundAudience,
    piece: Piece,
    recipients: Sequence[Recipient],
) -> list[Plan]:
    """The plans of the piece's recipients, in their order; each by itself unless the campaign asks so."""
    if not content.campaign.asks_together:
        return [planner.plan(one) for one in recipients]
    numbers = range(audience.chunk_count) if audience.chunk_count <= MOST_PIECES else ()
    pieces = [audience.piece(number) for number in numbers] or [piece]
    plans: list[Plan] = []
    withdrawn: set[str] = set()
    for one in pieces:
        theirs = await read_recipients(runtime, company_id, one)
        found = await find_withdrawn(runtime, company_id, content.campaign.audience.source_id, theirs)
        withdrawn |= found.files.keys()
        plans += map(planner.plan, theirs)
    known = await find_earlier(runtime, company_id, content, fire_id, asked_beside_others(plans))
    wanted = {one.key for one in recipients}
    return [one for one in ask_together(planner, plans, withdrawn, known) if one.recipient.key in wanted]
