"""A sequence with all that its emails are rendered from."""

from msgspec import Struct

from shared.domain.campaigns.content import CampaignContent
from shared.domain.sequences.sequence import Sequence
from shared.domain.sequences.sequence_campaign import NOBODY
from shared.domain.sequences.sequence_content import sequence_content
from shared.runtime import Runtime
from shared.usecases.campaigns.find_source import find_source


class SequenceWithContent(Struct, frozen=True, kw_only=True):
    """A sequence, and its content as it stands."""

    sequence: Sequence
    content: CampaignContent


async def read_content(runtime: Runtime, company_id: str, sequence: Sequence) -> SequenceWithContent:
    """What the sequence would send from now. Raises NotFound when the company is gone."""
    stores = runtime.stores
    company = await stores.companies.get(company_id)
    source = await find_source(runtime, company_id, NOBODY)
    if source is None:
        raise TypeError("contacts always have a source")
    senders = await stores.senders.find_many(company_id, sequence.mailbox_ids)
    return SequenceWithContent(
        sequence=sequence, content=sequence_content(sequence, company, source, senders)
    )
