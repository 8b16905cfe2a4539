"""Check a sequence against what the company has."""

from shared.domain.errors import InvalidInput
from shared.domain.sequences.check_sequence import KnownParts, check_sequence
from shared.domain.sequences.sequence import Sequence
from shared.runtime import Runtime


async def check_sequence_parts(runtime: Runtime, company_id: str, sequence: Sequence) -> None:
    """Raises InvalidInput with the place of all that is wrong with it."""
    company = await runtime.stores.companies.get(company_id)
    mailboxes = await runtime.stores.mailboxes.find_many(company_id, set(sequence.mailbox_ids))
    known = KnownParts(mailbox_ids=mailboxes, topics=company.consent.topics)
    if problems := tuple(check_sequence(sequence, known)):
        raise InvalidInput(*problems)
